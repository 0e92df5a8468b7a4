namespace Plait.Execution;

/// <summary>What a submission does when the executor has as many pending tasks as it may.</summary>
public enum FullBehavior
{
    /// <summary>It blocks the submitting thread until there is room.</summary>
    Wait,

    /// <summary>It throws <see cref="ExecutorFullException"/>.</summary>
    Reject,
}
