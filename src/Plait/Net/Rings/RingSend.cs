using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Rings;

/// <summary>Sends, from memory that stays where it is meanwhile; or waits until it could.</summary>
internal sealed class RingSend(RingPoller poller, LoopDescriptor descriptor) : RingOperation
{
    // What is being sent: so that nobody collects it, whatever its sender does meanwhile.
    private ReadOnlyMemory<byte> _data;
    private MemoryHandle _pinned;
    private int _result;
    private bool _hasResult;

    /// <summary>Sends as much as is taken.</summary>
    /// <param name="data">What to send.</param>
    /// <param name="isPinned">Whether it never moves: as buffers of the group.</param>
    public unsafe void Submit(ReadOnlyMemory<byte> data, bool isPinned)
    {
        _hasResult = false;
        _data = data;
        if (!isPinned)
        {
            _pinned = data.Pin();
        }

        ref RingSubmission entry = ref poller.Prepare(this);
        entry.Opcode = RingOpcode.Send;
        entry.Descriptor = descriptor.Number;
        entry.Address = (ulong)Unsafe.AsPointer(ref MemoryMarshal.GetReference(data.Span));
        entry.Length = (uint)data.Length;
        entry.Details = SocketCalls.NoSignal;
    }

    /// <summary>Waits until the descriptor can be written, and tells it so: for a connection that is being made.</summary>
    public void SubmitWatch()
    {
        ref RingSubmission entry = ref poller.Prepare(this);
        entry.Opcode = RingOpcode.Watch;
        entry.Descriptor = descriptor.Number;
        entry.Details = (uint)EpollEvents.Writable;
    }

    /// <summary>How many bytes were taken, or the error's number, negative. False: nothing was submitted, or it is not done.</summary>
    public bool TryTake(out int result)
    {
        result = _result;
        bool hasResult = _hasResult;
        _hasResult = false;
        return hasResult;
    }

    public override void OnCompleted(in RingCompletion completion)
    {
        _data = default;
        _pinned.Dispose();
        _result = completion.Result;
        _hasResult = true;
        descriptor.OnReady(isReadable: false, isWritable: true, isOver: false);
    }
}
