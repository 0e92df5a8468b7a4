namespace Plait.Scheduling;

/// <summary>
/// Round robin: each entry runs for a quantum at most and then goes behind all others. With n entries each gets its turn within
/// n - 1 quanta. A short quantum answers soon and costs switches; a long one is first come, first served.
/// </summary>
public sealed class RoundRobinPolicy : SchedulingPolicy
{
    private EntryList _waiting;

    /// <summary>Makes a policy without entries.</summary>
    /// <param name="quantum">The longest time an entry runs in its turn, in nanoseconds or the unit of the clock that the policy is told.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not positive.</exception>
    public RoundRobinPolicy(long quantum) => Quantum = SchedulingTime.CheckQuantum(quantum, nameof(quantum));

    /// <summary>Makes a policy without entries, for a clock in nanoseconds.</summary>
    /// <param name="quantum">The longest time an entry runs in its turn.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not positive.</exception>
    public RoundRobinPolicy(TimeSpan quantum) : this(SchedulingTime.Of(quantum))
    {
    }

    /// <summary>The longest time an entry runs in its turn.</summary>
    public long Quantum { get; }

    /// <inheritdoc/>
    public override string Name => "rr";

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => new RoundRobinPolicy(Quantum);

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        entry.Used = 0;
        _waiting.AddLast(entry);
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        SchedulingEntry entry = _waiting.TakeFirst();
        slice = Quantum - entry.Used;
        return entry;
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        if (ran < Quantum - entry.Used)
        {
            entry.Used += ran;
            _waiting.AddFirst(entry);
        }
        else
        {
            entry.Used = 0;
            _waiting.AddLast(entry);
        }
    }

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);
}
