namespace Plait.Synchronization;

/// <summary>What becomes of an event that was set.</summary>
public enum EventMode
{
    /// <summary>It stays set, and lets all through, until it is reset.</summary>
    Manual,

    /// <summary>It lets one wait through, which resets it.</summary>
    Auto,
}
