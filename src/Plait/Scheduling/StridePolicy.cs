namespace Plait.Scheduling;

/// <summary>
/// Stride scheduling: proportional share without chance. Each entry has a pass, which grows by the time it ran divided by its
/// <see cref="SchedulingEntry.Weight"/>, and the one with the least runs next, for a quantum: what each received is never off by more than one quantum from its share
/// of any other's. (Waldspurger and Weihl, "Stride Scheduling: Deterministic Proportional-Share Resource Management", 1995.)
/// </summary>
/// <remarks>An entry that comes starts at the pass of the one that was taken last; one that blocks keeps what it was ahead of it.</remarks>
public sealed class StridePolicy : SchedulingPolicy
{
    private readonly EntryHeap _waiting = new();
    private double _globalPass;
    private long _sequence;

    /// <summary>Makes a policy without entries.</summary>
    /// <param name="quantum">The longest time an entry runs in its turn, in nanoseconds or the unit of the clock that the policy is told.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not positive.</exception>
    public StridePolicy(long quantum) => Quantum = SchedulingTime.CheckQuantum(quantum, nameof(quantum));

    /// <summary>The longest time an entry runs in its turn.</summary>
    public long Quantum { get; }

    /// <inheritdoc/>
    public override string Name => "stride";

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => new StridePolicy(Quantum);

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now) => Put(entry, _globalPass);

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = Quantum;
        SchedulingEntry entry = _waiting.TakeMin();
        _globalPass = Math.Max(_globalPass, PassOf(entry));
        return entry;
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        if (ran == 0)
        {
            _waiting.Add(entry);
        }
        else
        {
            Put(entry, Charged(entry, ran));
        }
    }

    /// <inheritdoc/>
    protected override void OnBlocked(SchedulingEntry entry, long ran, long now) =>
        entry.Rank = BitConverter.DoubleToInt64Bits(Math.Max(0, Charged(entry, ran) - _globalPass));

    /// <inheritdoc/>
    protected override void OnWoken(SchedulingEntry entry, long now) => Put(entry, _globalPass + PassOf(entry));

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);

    // Passes are never negative, and such doubles have the order of their bits.
    private static double PassOf(SchedulingEntry entry) => BitConverter.Int64BitsToDouble(entry.Rank);

    private static double Charged(SchedulingEntry entry, long ran) => PassOf(entry) + ((double)ran / Math.Max(1, entry.Weight));

    private void Put(SchedulingEntry entry, double pass)
    {
        entry.Rank = BitConverter.DoubleToInt64Bits(pass);
        entry.Sequence = _sequence++;
        _waiting.Add(entry, entry.Weight);
    }
}
