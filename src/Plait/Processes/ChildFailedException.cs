namespace Plait.Processes;

/// <summary>A child ended without giving the result that was asked of it. What its function threw is not this but thrown as itself.</summary>
public sealed class ChildFailedException : Exception
{
    internal ChildFailedException(ChildOutcome outcome)
        : base($"Child {outcome}", outcome.Exception) => Outcome = outcome;

    /// <summary>How the child ended.</summary>
    public ChildOutcome Outcome { get; }
}
