namespace Plait.Scheduling;

/// <summary>
/// Lottery scheduling: each turn a ticket is drawn, and its holder runs for a quantum. <see cref="SchedulingEntry.Weight"/> is the number of tickets, so each entry's share is in
/// proportion to its weight over many draws, and none with a ticket waits for ever. (Waldspurger and Weihl, "Lottery Scheduling: Flexible
/// Proportional-Share Resource Management", 1994.) The same seed draws the same tickets.
/// </summary>
public sealed class LotteryPolicy : SchedulingPolicy
{
    private readonly TicketTree _waiting = new();
    private readonly Func<long, long> _draw;

    /// <summary>Makes a policy without entries.</summary>
    /// <param name="quantum">The longest time an entry runs in its turn, in nanoseconds or the unit of the clock that the policy is told.</param>
    /// <param name="seed">Which numbers are drawn. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not positive.</exception>
    public LotteryPolicy(long quantum, long seed = 0) : this(quantum, new SplitMix((ulong)seed).Below)
    {
    }

    /// <param name="quantum">The longest time an entry runs in its turn.</param>
    /// <param name="draw">Gives the winning ticket, when told how many there are.</param>
    internal LotteryPolicy(long quantum, Func<long, long> draw)
    {
        Quantum = SchedulingTime.CheckQuantum(quantum, nameof(quantum));
        _draw = draw;
    }

    /// <summary>The longest time an entry runs in its turn.</summary>
    public long Quantum { get; }

    /// <inheritdoc/>
    public override string Name => "lottery";

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => new LotteryPolicy(Quantum, _draw);

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now) => _waiting.Add(entry, Math.Max(1, entry.Weight));

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = Quantum;
        SchedulingEntry entry = _waiting.Find(_draw(_waiting.Total));
        _waiting.Remove(entry);
        return entry;
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now) => OnAdded(entry, now);

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);
}
