namespace Plait.Scheduling;

/// <summary>
/// Shortest remaining time first, also called shortest time to completion: as <see cref="ShortestJobFirstPolicy"/>, but an entry that needs less than the rest of the
/// one that runs stops it. The least mean turnaround that is possible. Costs must be known, so its place is the simulation; what gives none is
/// predicted as there, to four bits.
/// </summary>
public sealed class ShortestRemainingTimePolicy : RankedPolicy
{
    private readonly RunPredictor _predictor;
    private readonly long _initialPrediction;

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
    protected internal override SchedulingPolicy? CreateForSlices() => new ShortestRemainingTimePolicy(_initialPrediction);

    /// <inheritdoc/>
    protected override void OnBlocked(SchedulingEntry entry, long ran, long now) => _predictor.Learn(entry.Name, entry.Used + ran);

    /// <inheritdoc/>
    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => _predictor.Learn(entry.Name, entry.Used + ran);

    private protected override long RankOf(SchedulingEntry entry) => _predictor.CostOf(entry);

    private protected override long RankAfter(SchedulingEntry entry, long ran) => Math.Max(0, entry.Rank - ran);
}
