namespace Plait.Synchronization.Engine;

/// <summary>What a process that is stopped would keep from others. The higher ones outweigh the lower.</summary>
internal enum Standing
{
    /// <summary>Nothing: it may stay stopped.</summary>
    Free = 0,

    /// <summary>It holds something, or is in the middle of a change, that others wait for.</summary>
    Inside = 1,

    /// <summary>It uses a memory that cannot be looked at from here, or one that is too big to be looked through.</summary>
    Unknown = 2,

    /// <summary>It waits for something in a memory, which somebody may give to it at any time; it may hold something else as well.</summary>
    Waits = 3,
}
