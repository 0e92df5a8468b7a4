using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>How far the child has come. Only ever grows within one call; the parent reads it when the child has ended.</summary>
internal enum ChannelPhase : uint
{
    /// <summary>The process was started; no managed code of ours has run in it.</summary>
    Spawned = 0,

    /// <summary>Managed code runs and the arena is mapped.</summary>
    Booted = 1,

    /// <summary>A function runs.</summary>
    Started = 2,

    /// <summary>No function runs: none was called yet after the last one, or its result is sent.</summary>
    Finished = 3,
}

/// <summary>Written by the child, read by the parent after the child's end: what the wait status cannot tell.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ChannelState
{
    public const int Size = 128;

    /// <summary>A <see cref="ChannelPhase"/>; release-written by the child.</summary>
    [FieldOffset(0)]
    public uint Phase;

    /// <summary>1: the child saw an exception that nobody handled, on any of its threads.</summary>
    [FieldOffset(8)]
    public uint UnhandledException;

    /// <summary>1: that exception, or the function's, was an OutOfMemoryException.</summary>
    [FieldOffset(12)]
    public uint OutOfMemory;

    /// <summary>Identity of the call whose function runs or ran last.</summary>
    [FieldOffset(16)]
    public long Call;
}
