using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Channels;

/// <summary>
/// The private channel between a parent and one child: an arena with two rings, state words and bulk space. The parent
/// creates it; the child maps it through the descriptor it inherits. Specification: docs/design/channel.md.
/// </summary>
internal sealed unsafe class Channel : IDisposable
{
    private const int ParentSlot = 0;
    private const int ChildSlot = 1;

    /// <summary>The most lanes a channel can have.</summary>
    public const int MostLanes = 4096;

    private readonly Lock _sendGate = new();
    private readonly ChannelState* _state;
    private readonly CallWords* _words;
    private readonly long _laneMask;
    private readonly long _bulkStart;
    private readonly long _bulkEnd;

    private Channel(Arena arena, bool isParent)
    {
        Arena = arena;
        long start = arena.DataOffset;
        _state = (ChannelState*)(arena.Address + start);
        Lanes = (int)Math.Clamp(_state->Lanes, 1, MostLanes);
        _laneMask = Lanes - 1;
        _words = (CallWords*)(arena.Address + start + (Lanes == 1 ? ChannelLayout.OnlyLane : ChannelLayout.Size));
        var toChild = new ByteRing(arena, start + ChannelLayout.FirstRing, start + ChannelLayout.FirstRingData, ChannelLayout.RingBytes);
        var fromChild = new ByteRing(arena, start + ChannelLayout.SecondRing, start + ChannelLayout.SecondRingData, ChannelLayout.RingBytes);
        Outgoing = isParent ? toChild : fromChild;
        Incoming = isParent ? fromChild : toChild;
        Messages = new FrameAssembler(Incoming);

        long table = Lanes == 1 ? 0 : (long)Lanes * CallWords.Size;
        _bulkStart = Arena.RoundUpToPage(start + ChannelLayout.Size + table);
        long half = (arena.Capacity - _bulkStart) / 2 & ~4095L;
        _bulkEnd = _bulkStart + (2 * half);
        Bulk = new BulkSpace(arena, isParent ? _bulkStart : _bulkStart + half, half);
        Store = NewStore();
    }

    public Arena Arena { get; }

    public ByteRing Outgoing { get; }

    public ByteRing Incoming { get; }

    /// <summary>Messages from the other side; used by one thread at a time.</summary>
    public FrameAssembler Messages { get; }

    public BulkSpace Bulk { get; }

    public ArenaBulkStore Store { get; }

    /// <summary>Calls that the worker may run at once, as many as there are sets of <see cref="CallWords"/>.</summary>
    public int Lanes { get; }

    public ref ChannelState State => ref Unsafe.AsRef<ChannelState>(_state);

    /// <summary>The words of the call with this number.</summary>
    public ref CallWords WordsOf(long call) => ref Unsafe.AsRef<CallWords>(_words + (call & _laneMask));

    /// <summary>How far the child has come.</summary>
    public ChannelPhase Phase
    {
        // Acquire: pairs with the release write in the setter, by the other process.
        get => (ChannelPhase)Volatile.Read(ref _state->Phase);
        set => Volatile.Write(ref _state->Phase, (uint)value);
    }

    /// <summary>Makes a channel to a worker that runs one call at a time, or at most <paramref name="lanes"/> (a power of two).</summary>
    /// <exception cref="SystemCallException">No descriptor or no memory is left.</exception>
    public static Channel Create(int lanes = 1)
    {
        Arena arena = Arena.Create("plait-channel", slots: 2);
        arena.TakeSlot(ParentSlot, ProcessIdentity.Current);
        ((ChannelState*)(arena.Address + arena.DataOffset))->Lanes = (uint)lanes;
        return new Channel(arena, isParent: true);
    }

    public static Channel Open(int descriptor) => new(Arena.Open(descriptor), isParent: false);

    /// <summary>The bulk space again, with the views of one call apart from those of others.</summary>
    public ArenaBulkStore NewStore() => new(Arena, Bulk, _bulkStart, _bulkEnd);

    /// <summary>Enters the child in its slot: the parent knows it as well as the child does, and a cold child has better things to do.</summary>
    public void EnterChild(int pid) => Arena.TakeSlot(ChildSlot, ProcessIdentity.Read(pid));

    /// <summary>Sends one message whole, blocking while the ring is full. False when the other side is gone. Safe for several threads.</summary>
    public bool Send(MessageKind kind, long call, ReadOnlySpan<byte> body)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        BinaryPrimitives.WriteInt32LittleEndian(header, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)kind);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], call);
        lock (_sendGate)
        {
            bool isOpen = Outgoing.TryWrite(header, body, reserve: 0) || (Outgoing.Write(header) && Outgoing.Write(body));
            Outgoing.RingDataBell();
            return isOpen && !Outgoing.IsClosed;
        }
    }

    /// <summary>
    /// Appends one message if it fits and <paramref name="reserve"/> bytes after it; never blocks. The receiver may sleep on: RingDataBell wakes
    /// it. For a sender that keeps its threads apart itself (a pool's gate): not beside <see cref="Send"/>.
    /// </summary>
    public bool TryPost(MessageKind kind, long call, ReadOnlySpan<byte> body, int reserve)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        BinaryPrimitives.WriteInt32LittleEndian(header, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)kind);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], call);
        return Outgoing.TryWrite(header, body, reserve);
    }

    /// <summary>Blocks for the next message; false when the channel is closed and everything sent before is read, or when the deadline passes.</summary>
    public bool Receive(long deadline)
    {
        while (!Messages.TryRead())
        {
            if (Incoming.IsClosed && !Incoming.HasData)
            {
                return false;
            }

            if (!Incoming.WaitForData(deadline))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Declares the other side gone: every waiter on either ring wakes up.</summary>
    public void Close()
    {
        Outgoing.Close();
        Incoming.Close();
    }

    /// <summary>Unmaps the memory. Nobody may use the channel any more, on this side.</summary>
    public void Dispose()
    {
        Store.ReleaseBorrowed();
        Messages.Dispose();
        Arena.Dispose();
    }
}
