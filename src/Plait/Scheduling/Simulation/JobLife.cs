namespace Plait.Scheduling.Simulation;

/// <summary>Where a job is in its life. Only six steps exist; any other is refused. In particular nothing runs that was not ready, and what was blocked becomes ready first.</summary>
public sealed class JobLife
{
    private readonly string _name;

    /// <summary>Begins a life, in <see cref="JobState.New"/>.</summary>
    /// <param name="name">Whose life it is, for messages.</param>
    public JobLife(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _name = name;
    }

    /// <summary>Where it is.</summary>
    public JobState State { get; private set; }

    /// <summary>Whether a step exists.</summary>
    /// <param name="from">The state before it.</param>
    /// <param name="to">The state after it.</param>
    /// <returns>True for new to ready, ready to running, running to ready, blocked or terminated, and blocked to ready.</returns>
    public static bool IsStep(JobState from, JobState to) => (from, to) switch
    {
        (JobState.New, JobState.Ready) => true,
        (JobState.Ready, JobState.Running) => true,
        (JobState.Running, JobState.Ready or JobState.Blocked or JobState.Terminated) => true,
        (JobState.Blocked, JobState.Ready) => true,
        _ => false,
    };

    /// <summary>Makes a step.</summary>
    /// <param name="state">The next state.</param>
    /// <exception cref="InvalidOperationException">There is no such step.</exception>
    public void MoveTo(JobState state) => State = IsStep(State, state)
        ? state
        : throw new InvalidOperationException($"The job '{_name}' is {State} and cannot become {state}: {Reason(State, state)}");

    private static string Reason(JobState from, JobState to) => (from, to) switch
    {
        (JobState.Terminated, _) => "what has ended does not come back.",
        (JobState.New, _) => "it must be ready first.",
        (JobState.Blocked, _) => "it must be woken and be ready first.",
        (JobState.Ready, _) => "from there it can only run.",
        _ => "there is no such step.",
    };
}
