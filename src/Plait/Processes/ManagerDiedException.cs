using Plait.Processes.Managers;

namespace Plait.Processes;

/// <summary>The server process of a manager has ended, and its objects with it. Every call that was under way, and every later one, ends with this at once.</summary>
public sealed class ManagerDiedException : Exception
{
    internal ManagerDiedException(ManagerAddress address, ChildOutcome? outcome, bool isOrderly)
        : base(Describe(address, outcome, isOrderly))
    {
        ManagerName = address.Name;
        Pid = address.Pid;
        Outcome = outcome;
        IsOrderly = isOrderly;
    }

    internal ManagerDiedException(ManagerDiedException other)
        : base(other.Message)
    {
        ManagerName = other.ManagerName;
        Pid = other.Pid;
        Outcome = other.Outcome;
        IsOrderly = other.IsOrderly;
    }

    /// <summary>The manager's name.</summary>
    public string ManagerName { get; }

    /// <summary>The process id that its server had.</summary>
    public int Pid { get; }

    /// <summary>How the server ended: kind, exit code or signal, explanation, last lines of standard error. Known in the process that started it; null elsewhere.</summary>
    public ChildOutcome? Outcome { get; }

    /// <summary>Whether it was ended by its owner, or by a SIGTERM, and so had disposed its objects before.</summary>
    public bool IsOrderly { get; }

    private static string Describe(ManagerAddress address, ChildOutcome? outcome, bool isOrderly)
    {
        string how = outcome is not null
            ? $"has ended: {outcome}"
            : isOrderly ? "was ended by its owner" : "is gone; the process that started it knows how it ended";
        return $"The {address} {how}. Its objects are gone.";
    }
}
