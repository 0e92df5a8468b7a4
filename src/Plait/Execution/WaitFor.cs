namespace Plait.Execution;

/// <summary>What a wait for several futures waits for.</summary>
public enum WaitFor
{
    /// <summary>The end of all.</summary>
    All,

    /// <summary>The end of any.</summary>
    FirstCompleted,

    /// <summary>The first that fails, or the end of all when none does. One that is cancelled has not failed.</summary>
    FirstException,
}
