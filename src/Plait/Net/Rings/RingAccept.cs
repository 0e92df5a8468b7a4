using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Rings;

/// <summary>Accepts one connection, whose descriptor it keeps until somebody takes it.</summary>
internal sealed class RingAccept(RingPoller poller, LoopDescriptor descriptor) : RingOperation
{
    // Of accept4(2): what is accepted does not block, and is closed on exec.
    private const uint Flags = 0x80800;

    private int? _accepted;

    /// <summary>Nothing is in flight, and what has come was taken.</summary>
    public void Submit()
    {
        descriptor.CanRead = false;
        ref RingSubmission entry = ref poller.Prepare(this);
        entry.Opcode = RingOpcode.Accept;
        entry.Descriptor = descriptor.Number;
        entry.Details = Flags;
    }

    /// <summary>The descriptor, or the error's number, negative. Null: nothing has come.</summary>
    public int? Take()
    {
        int? accepted = _accepted;
        _accepted = null;
        return accepted;
    }

    public override void OnCompleted(in RingCompletion completion)
    {
        _accepted = completion.Result;
        descriptor.OnReady(isReadable: true, isWritable: false, isOver: false);
    }
}
