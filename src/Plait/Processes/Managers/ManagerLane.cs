using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>
/// A connection for blocking calls, one at a time: the caller's own thread sends and receives, and in the server the connection's own thread runs the method.
/// Two wake-ups a call are the fewest there can be.
/// </summary>
internal sealed class ManagerLane(ManagerClient client, StreamSocket socket) : ManagerConnection(socket)
{
    /// <summary>An answer is outstanding that nobody waits for, or the other end is gone: not to be used again.</summary>
    public bool IsBroken { get; private set; } = true;

    public static ManagerLane Connect(ManagerClient client) => new(client, Open(client, ConnectionRole.Lane)) { IsBroken = false };

    /// <summary>Sends and blocks for the answer, which is valid until the next call.</summary>
    /// <exception cref="ManagerDiedException">The server ended.</exception>
    /// <exception cref="TimeoutException">The deadline has passed.</exception>
    public ReadOnlySpan<byte> Exchange(ManagedCall call, long deadline, CancelRequest? cancellation)
    {
        IsBroken = true;
        if (!Send(call))
        {
            throw client.Fail();
        }

        cancellation?.Watch();
        switch (Frames.Receive(deadline, out ReadOnlySpan<byte> frame))
        {
            case FrameResult.TimedOut:
                client.Cancel(call.Number);
                throw client.TimedOut(call.Title, call.Timeout);
            case FrameResult.End:
                throw client.Fail();
            default:
                break;
        }

        var head = new PayloadReader(frame);
        var kind = (ReplyKind)head.ReadByte();
        if (kind is not (ReplyKind.Returned or ReplyKind.Threw) || (long)head.ReadVarint() != call.Number)
        {
            throw new InvalidDataException($"{client.Address} answered something that was not asked.");
        }

        IsBroken = false;
        return frame;
    }

    /// <summary>Tells the server that the last answer has arrived, and closes.</summary>
    public void Leave()
    {
        _ = Frames.Send([(byte)RequestKind.Leave, 0], default);
        Dispose();
    }
}
