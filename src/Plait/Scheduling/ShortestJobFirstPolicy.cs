namespace Plait.Scheduling;

/// <summary>
/// The entry with the shortest expected run goes first, and runs until it stops by itself: the least mean waiting time that is possible
/// without preemption, at the expense of the long ones, which may wait for ever. Equals run in the order of arrival.
/// </summary>
/// <remarks>
/// An entry that gives no <see cref="SchedulingEntry.ExpectedCost"/> is predicted from the past runs of its name by an exponential average
/// (Silberschatz, Galvin, Gagne, Operating System Concepts). A run counts when it blocks or ends. About eight thousand names are remembered; those
/// that were not heard of for longest are forgotten first. The prediction is made on arrival and is not changed while the entry waits. Its four highest
/// bits count: predictions that differ by less than an eighth may be equals, so that the noise of the clock does not reorder tasks of one name.
/// </remarks>
public sealed class ShortestJobFirstPolicy : RankedPolicy
{
    private readonly RunPredictor _predictor;

    /// <summary>Makes a policy without entries and without a past.</summary>
    /// <param name="initialPrediction">What is expected of a name that has never run, and of entries without a name. Default: a millisecond.</param>
    /// <param name="alpha">How much the last run counts against all before it, from 0 (nothing is learned) to 1 (only the last run counts). Default: 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prediction is negative, or alpha is not within 0 and 1.</exception>
    public ShortestJobFirstPolicy(long initialPrediction = SchedulingTime.Millisecond, double alpha = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialPrediction);
        if (!(alpha is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is a weight from 0 to 1.");
        }

        _predictor = new RunPredictor(initialPrediction, alpha);
    }

    /// <inheritdoc/>
    public override string Name => "sjf";

    /// <summary>How long the next run of a name is expected to take.</summary>
    /// <param name="name">The name of entries.</param>
    /// <returns>The average of its past runs, or the initial prediction.</returns>
    public double Predict(string? name) => _predictor.Predict(name);

    /// <inheritdoc/>
    protected override void OnBlocked(SchedulingEntry entry, long ran, long now) => _predictor.Learn(entry.Name, entry.Used + ran);

    /// <inheritdoc/>
    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => _predictor.Learn(entry.Name, entry.Used + ran);

    private protected override long RankOf(SchedulingEntry entry) => _predictor.CostOf(entry);
}
