using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>struct io_uring_sqe, as far as it is used: what the kernel is to do.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct RingSubmission
{
    [FieldOffset(0)]
    public RingOpcode Opcode;

    [FieldOffset(1)]
    public byte Flags;

    /// <summary>For receives: <see cref="IoRing.PollFirst"/>.</summary>
    [FieldOffset(2)]
    public ushort Priority;

    [FieldOffset(4)]
    public int Descriptor;

    [FieldOffset(16)]
    public ulong Address;

    [FieldOffset(24)]
    public uint Length;

    /// <summary>Flags of the message, of the accepted socket or of the cancellation; the events of a watch.</summary>
    [FieldOffset(28)]
    public uint Details;

    /// <summary>Comes back with each completion.</summary>
    [FieldOffset(32)]
    public ulong Id;

    [FieldOffset(40)]
    public ushort BufferGroup;
}

/// <summary>struct io_uring_cqe: what has become of it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct RingCompletion
{
    private const uint BufferFlag = 1;
    private const uint MoreFlag = 2;
    private const uint NonEmptyFlag = 4;

    public readonly ulong Id;

    /// <summary>What the call would have returned, or the error's number, negative.</summary>
    public readonly int Result;

    private readonly uint _flags;

    /// <summary>Whether the operation goes on: another completion will follow.</summary>
    public bool HasMore => (_flags & MoreFlag) != 0;

    /// <summary>Whether the socket has more to receive than this brought.</summary>
    public bool IsMoreThere => (_flags & NonEmptyFlag) != 0;

    /// <summary>The buffer of the group that was taken for it; -1 for none.</summary>
    public int Buffer => (_flags & BufferFlag) != 0 ? (int)(_flags >> 16) : -1;
}

internal enum RingOpcode : byte
{
    Watch = 6,
    Accept = 13,
    Cancel = 14,
    Send = 26,
    Receive = 27,
}

/// <summary>struct io_uring_params: what a ring is to be like, and where its parts lie.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct RingParameters
{
    [FieldOffset(0)]
    public uint Submissions;

    [FieldOffset(4)]
    public uint Completions;

    [FieldOffset(8)]
    public uint Flags;

    [FieldOffset(20)]
    public uint Features;

    [FieldOffset(40)]
    public uint SubmissionHead;

    [FieldOffset(44)]
    public uint SubmissionTail;

    [FieldOffset(56)]
    public uint SubmissionFlags;

    [FieldOffset(64)]
    public uint SubmissionOrder;

    [FieldOffset(80)]
    public uint CompletionHead;

    [FieldOffset(84)]
    public uint CompletionTail;

    [FieldOffset(100)]
    public uint CompletionEntries;
}

/// <summary>struct io_uring_getevents_arg: how long to wait.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RingWait
{
    public ulong SignalMask;
    public uint SignalMaskLength;
    public uint Reserved;
    public Timespec* Time;
}

/// <summary>struct io_uring_buf_reg: where a group of buffers is kept.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal unsafe struct RingBufferGroup
{
    [FieldOffset(0)]
    public void* Entries;

    [FieldOffset(8)]
    public uint Count;

    [FieldOffset(12)]
    public ushort Group;
}

/// <summary>struct io_uring_buf: a buffer of a group. The first one's <see cref="Tail"/> is that of the whole.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RingBuffer
{
    public byte* Start;
    public uint Length;
    public ushort Number;
    public ushort Tail;
}
