using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// Takes calls from the channel and runs them, one after another, on the process's main thread. A call is claimed before it
/// begins, so that the parent can take back what it has sent ahead (docs/design/worker-protocol.md, "Claims").
/// </summary>
internal sealed class WorkerLoop(Channel channel, Hello hello) : IWorkerLoop
{
    private readonly FunctionTable _functions = new();
    private CallRunner? _runner;

    private CallRunner Runner => _runner ??= new CallRunner(channel, hello, _functions, channel.Store, ReportGate.Open(channel, hello));

    private static CallTokens Tokens => WorkerBootstrap.Current.Tokens;

    public void WarmUp() => Runner.WarmUp();

    public bool Run()
    {
        bool hasReturned = true;
        while (channel.Receive(MonotonicClock.Never))
        {
            FrameHeader header = channel.Messages.Header;
            ReadOnlySpan<byte> body = channel.Messages.Body;
            switch ((MessageKind)header.Kind)
            {
                case MessageKind.Call when CallRunner.TryClaim(channel, Tokens, (ulong)header.Call):
                    hasReturned = Runner.Run((ulong)header.Call, body);
                    break;
                case MessageKind.StoredCall:
                    using (System.Buffers.IMemoryOwner<byte> block = CallRunner.BorrowStored(channel.Store, body))
                    {
                        hasReturned = CallRunner.TryClaim(channel, Tokens, (ulong)header.Call) ? Runner.Run((ulong)header.Call, block.Memory.Span) : hasReturned;
                    }

                    break;
                case MessageKind.Define:
                    _functions.Define(body);
                    break;
                case MessageKind.Call:
                    // Taken back.
                    break;
                default:
                    return hasReturned;
            }

            if (hello.IsOneShot)
            {
                break;
            }
        }

        return hasReturned;
    }
}
