namespace Plait.Coroutines;

/// <summary>Where a greenlet is in its life.</summary>
public enum GreenletState
{
    /// <summary>Nobody has switched to it yet.</summary>
    Pending,

    /// <summary>It is the one of its thread that runs.</summary>
    Running,

    /// <summary>It has switched to another one, and goes on when somebody switches to it.</summary>
    Suspended,

    /// <summary>Its function has ended, or never will begin. What is sent to it goes to its parent.</summary>
    Dead,
}
