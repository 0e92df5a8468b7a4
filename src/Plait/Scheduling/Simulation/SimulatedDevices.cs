namespace Plait.Scheduling.Simulation;

/// <summary>The devices of a simulation: a named one serves its jobs in the order they ask, an own one at once.</summary>
internal sealed class SimulatedDevices
{
    private readonly List<(string Name, long Busy)> _uses = [];
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Shared> _shared = new(StringComparer.Ordinal);

    public List<GanttSlice> Slices { get; } = [];

    /// <summary>A job asks; gives the time at which it will have been served, or null when it has to wait for others first.</summary>
    public long? Ask(SimulatedEntry entry, Burst burst, long now)
    {
        if (burst.Device is null)
        {
            Work(RowOf($"own of {entry.Name}"), entry, now, burst.Length);
            return now + burst.Length;
        }

        if (!_shared.TryGetValue(burst.Device, out Shared? device))
        {
            _shared.Add(burst.Device, device = new Shared(RowOf(burst.Device)));
        }

        if (device.IsBusy)
        {
            device.Queue.Enqueue((entry, burst.Length));
            return null;
        }

        device.IsBusy = true;
        Work(device.Row, entry, now, burst.Length);
        return now + burst.Length;
    }

    /// <summary>A job was served; gives the next one of its device, and when that will have been served.</summary>
    public (SimulatedEntry Entry, long Done)? Free(string? name, long now)
    {
        if (name is null)
        {
            return null;
        }

        Shared device = _shared[name];
        if (!device.Queue.TryDequeue(out (SimulatedEntry Entry, long Length) next))
        {
            device.IsBusy = false;
            return null;
        }

        Work(device.Row, next.Entry, now, next.Length);
        return (next.Entry, now + next.Length);
    }

    /// <summary>What was done until the end, which cuts off what would have been done later.</summary>
    public IReadOnlyList<DeviceUse> Uses(long end)
    {
        for (int i = 0; i < Slices.Count; i++)
        {
            GanttSlice slice = Slices[i];
            Slices[i] = slice with { End = Math.Min(slice.End, end) };
            (string name, long busy) = _uses[slice.Place];
            _uses[slice.Place] = (name, busy + Slices[i].Length);
        }

        return [.. _uses.Select(use => new DeviceUse(use.Name, use.Busy, end == 0 ? 0 : (double)use.Busy / end))];
    }

    private void Work(int row, SimulatedEntry entry, long now, long length) => Slices.Add(new GanttSlice(row, now, now + length, entry.Index));

    private int RowOf(string name)
    {
        if (!_rows.TryGetValue(name, out int row))
        {
            _rows.Add(name, row = _uses.Count);
            _uses.Add((name, 0));
        }

        return row;
    }

    private sealed class Shared(int row)
    {
        public int Row { get; } = row;

        public bool IsBusy { get; set; }

        public Queue<(SimulatedEntry Entry, long Length)> Queue { get; } = new();
    }
}
