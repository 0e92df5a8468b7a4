namespace Plait.Scheduling.Simulation;

/// <summary>
/// Runs jobs on a machine of numbers: no thread, no clock, nothing waits. The policy is told the same that an executor would tell it. The same jobs,
/// options and policy give the same trace, always.
/// </summary>
public static class Simulator
{
    /// <summary>Runs jobs to the end.</summary>
    /// <param name="jobs">The jobs; those that come at the same time come in this order.</param>
    /// <param name="policy">The order in which they run: a new policy, or one that has no entries; what it learned before counts.</param>
    /// <param name="options">The machine. Default: null, one processor that changes jobs in no time.</param>
    /// <param name="cancellation">Ends a simulation that is too long. Default: never.</param>
    /// <returns>All that happened.</returns>
    /// <remarks>
    /// What happens at one time happens in this order: runs end (by processor); deadlines pass; jobs come, in their order; devices finish, in the order they were asked;
    /// then the processors are given away, idle ones first, each to the job that ran there last if it may choose. With processors idle no job
    /// waits that may run on one of them.
    /// </remarks>
    /// <exception cref="ArgumentException">A job does not fit the machine, or the policy has entries.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SimulationTrace Run(IReadOnlyList<Job> jobs, SchedulingPolicy policy, SimulationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(policy);
        options ??= SimulationOptions.Default;
        options.Validate();
        if (policy.Count > 0)
        {
            throw new ArgumentException($"The policy '{policy.Name}' has {policy.Count} entries already; a simulation begins with an empty one.", nameof(policy));
        }

        foreach (Job job in jobs)
        {
            job.Validate(options);
        }

        return new SimulationRun(jobs, policy, options).Run(cancellation);
    }
}
