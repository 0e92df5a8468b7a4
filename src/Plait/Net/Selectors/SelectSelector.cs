using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>
/// A selector by select(2), the oldest call: three sets of 1024 bits go to the system with each wait, which looks at every descriptor up to the highest. Numbers of 1024 (FD_SETSIZE) and
/// above do not fit and are refused; a program that has many files open can get such a number for any of them.
/// </summary>
/// <remarks>
/// It keeps the contract of every <see cref="Selector"/>, and differs in one point: an error or the end of a connection is told as <see cref="SelectorEvents.Read"/> or
/// <see cref="SelectorEvents.Write"/> only. Who asks for <see cref="SelectorEvents.Exceptional"/> alone does not hear of it.
/// </remarks>
public sealed class SelectSelector : Selector
{
    private SelectSets _watched;
    private int _count;

    // What the sleeper has given to the system, and what it answered.
    private SelectSets _asleep;
    private SelectSets _told;
    private int _asleepCount;
    private long _asleepTag;

    // Where the next report begins when there was no room for all of the last.
    private int _first;

    /// <summary>Nothing is registered yet.</summary>
    /// <exception cref="IOException">This process has as many descriptors open as it may, or so many that none below 1024 is left for the selector's own use.</exception>
    public SelectSelector()
        : this(AskedFor)
    {
    }

    internal SelectSelector(string reason)
        : base("select", reason)
    {
        if (WakeNumber >= DescriptorSet.Size)
        {
            CloseAll_UnderGate();
            throw new IOException($"select(2) needs a descriptor below FD_SETSIZE, {DescriptorSet.Size}, to be woken with, and all are in use. Take a PollSelector or an EpollSelector.");
        }

        _watched.Readable.Add(WakeNumber);
        _count = WakeNumber + 1;
    }

    private protected override void CheckNumber(int number, string parameterName)
    {
        if (number >= DescriptorSet.Size)
        {
            throw new ArgumentOutOfRangeException(
                parameterName,
                number,
                $"Descriptor {number} does not fit into the sets of select(2), which have room for the numbers below FD_SETSIZE, {DescriptorSet.Size}. Take a PollSelector, an EpollSelector, or Selector.CreateDefault().");
        }
    }

    private protected override void Watch(Registration registration) => Rewatch(registration);

    private protected override void Rewatch(Registration registration)
    {
        int number = registration.Number;
        SelectorEvents events = registration.Key.Events;
        _watched.Remove(number);
        _count = Math.Max(_count, number + 1);
        if (events.HasFlag(SelectorEvents.Read))
        {
            _watched.Readable.Add(number);
        }

        if (events.HasFlag(SelectorEvents.Write))
        {
            _watched.Writable.Add(number);
        }

        if (events.HasFlag(SelectorEvents.Exceptional))
        {
            _watched.Exceptional.Add(number);
        }

        Rouse_UnderGate();
    }

    private protected override void Unwatch(Registration registration)
    {
        _watched.Remove(registration.Number);
        while (!_watched.Contains(_count - 1))
        {
            _count--;
        }

        Rouse_UnderGate();
    }

    private protected override void Prepare()
    {
        _asleep = _watched;
        _asleepTag = Table.LastTag;
        _asleepCount = _count;
    }

    private protected override int Sleep(int most, long deadline) => ReadySelect.Wait(_asleepCount, in _asleep, out _told, deadline);

    private protected override int Collect(int signalled, Span<ReadyKey> ready, out bool wasStale)
    {
        int count = 0;
        wasStale = signalled == ReadySelect.NotOpen;
        if (wasStale)
        {
            DropClosed();
        }

        for (int step = 0; signalled > 0 && step < _asleepCount; step++)
        {
            int number = (_first + step) % _asleepCount;
            if (number == WakeNumber || !_told.Contains(number))
            {
                continue;
            }

            if (count == ready.Length)
            {
                _first = number;
                break;
            }

            Registration? registration = Table[number] is { } current && current.Tag <= _asleepTag ? current : null;
            SelectorEvents events = registration is null ? SelectorEvents.None : Told(number) & registration.Key.Events;
            if (registration is { IsClosed: false } && events != SelectorEvents.None)
            {
                ready[count++] = new ReadyKey(registration.Key, events);
                continue;
            }

            wasStale = true;
            if (registration is { IsClosed: true })
            {
                Drop(registration);
            }
        }

        return count;
    }

    private SelectorEvents Told(int number) =>
        (_told.Readable.Contains(number) ? SelectorEvents.Read : SelectorEvents.None)
        | (_told.Writable.Contains(number) ? SelectorEvents.Write : SelectorEvents.None)
        | (_told.Exceptional.Contains(number) ? SelectorEvents.Exceptional : SelectorEvents.None);

    // The call fails as a whole and does not say for which: each is looked at. What is closed and another's by now does not fail it, and is dropped as well.
    private void DropClosed()
    {
        foreach (Registration registration in Table.All.Where(static registration => registration is { IsWatched: true, IsStale: true }).ToArray())
        {
            Drop(registration);
        }
    }

    // It stays registered until somebody unregisters it.
    private void Drop(Registration registration)
    {
        registration.IsWatched = false;
        Unwatch(registration);
    }
}
