namespace Plait.Scheduling;

/// <summary>
/// Shortest remaining time first, also called shortest time to completion: as <see cref="ShortestJobFirstPolicy"/>, but an entry that needs less than the rest of the
/// one that runs stops it. The least mean turnaround that is possible. Costs must be known, so its place is the simulation.
/// </summary>
public sealed class ShortestRemainingTimePolicy : SchedulingPolicy
{
    private readonly EntryHeap _waiting = new();
    private readonly RunPredictor _predictor;
    private readonly long _initialPrediction;
    private long _sequence;

    /// <summary>Makes a policy without entries and without a past.</summary>
    /// <param name="initialPrediction">What is expected of an entry that gives no cost and whose name has never run. Default: a millisecond.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prediction is negative.</exception>
    public ShortestRemainingTimePolicy(long initialPrediction = SchedulingTime.Millisecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialPrediction);
        _initialPrediction = initialPrediction;
        _predictor = new RunPredictor(initialPrediction, alpha: 0.5);
    }

    /// <inheritdoc/>
    public override string Name => "srtf";

    /// <inheritdoc/>
    public override bool IsPreemptive => true;

    /// <inheritdoc/>
    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(running);
        return waiting.Rank < Rest(running.Rank, ran);
    }

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => new ShortestRemainingTimePolicy(_initialPrediction);

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        entry.Used = 0;
        entry.Rank = _predictor.CostOf(entry);
        entry.Sequence = _sequence++;
        _waiting.Add(entry, entry.Rank.GetHashCode());
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = SchedulingTime.Unlimited;
        return _waiting.TakeMin();
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        entry.Used += ran;
        entry.Rank = Rest(entry.Rank, ran);
        _waiting.Add(entry);
    }

    /// <inheritdoc/>
    protected override void OnBlocked(SchedulingEntry entry, long ran, long now) => _predictor.Learn(entry.Name, entry.Used + ran);

    /// <inheritdoc/>
    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => _predictor.Learn(entry.Name, entry.Used + ran);

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry) => _waiting.Remove(entry);

    private static long Rest(long rank, long ran) => Math.Max(0, rank - ran);
}
