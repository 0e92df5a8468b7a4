using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>A client's end of one connection: frames out, with the contracts that the server has been told of on it.</summary>
internal abstract class ManagerConnection : IDisposable
{
    private readonly PayloadWriter _head = new();
    private readonly HashSet<int> _known = [];

    protected ManagerConnection(StreamSocket socket) => Frames = new FrameStream(socket);

    protected FrameStream Frames { get; }

    /// <summary>Connects and shows what both must know.</summary>
    /// <exception cref="ManagerDiedException">Nobody listens there any more.</exception>
    public static StreamSocket Open(ManagerClient client, ConnectionRole role)
    {
        StreamSocket? socket = null;
        try
        {
            socket = StreamSocket.Connect(client.Address.Path);
            if (Handshake.Join(socket, client.Address.Id, role, client.Session))
            {
                return socket;
            }
        }
        catch (InvalidDataException error)
        {
            socket?.Dispose();
            throw new InvalidOperationException($"Cannot talk to {client.Address} at {client.Address.Path}: {error.Message}", error);
        }
        catch (SystemCallException error) when (error.Number is not (Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM))
        {
            socket?.Dispose();
            throw client.Fail();
        }

        socket.Dispose();
        throw client.Fail();
    }

    public virtual void Dispose()
    {
        Frames.Dispose();
        _head.Dispose();
    }

    /// <summary>Sends a request; false when the other end is gone. Not for two threads at once.</summary>
    protected bool Send(ManagedCall call)
    {
        _head.Clear();
        _head.WriteByte((byte)call.Kind);
        _head.WriteVarint((ulong)call.Number);
        int defined = 0;
        if (call.Contract is { } contract)
        {
            bool isKnown = _known.Contains(contract.Number);
            _head.WriteVarint(((ulong)contract.Number << 1) | (isKnown ? 0u : 1u));
            if (!isKnown)
            {
                _head.Begin($"the contract {contract.Interface}");
                TypeReference.Write(_head, contract.Interface);
                _head.WriteInt64(contract.Fingerprint);
                defined = contract.Number;
            }
        }

        if (call.Kind == RequestKind.Call)
        {
            _head.WriteVarint((ulong)call.ObjectId);
            _head.WriteVarint((ulong)call.Method);
        }

        if (!Frames.Send(_head.WrittenSpan, call.Body.WrittenSpan))
        {
            return false;
        }

        if (defined != 0)
        {
            _ = _known.Add(defined);
        }

        return true;
    }
}
