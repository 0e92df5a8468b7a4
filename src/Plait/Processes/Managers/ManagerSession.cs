using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>
/// A client's first connection, which is its life in the server's eyes: when it ends, the server releases everything that the client had. Calls that no thread
/// waits for go over it, any number at once, and one thread takes their answers.
/// </summary>
internal sealed class ManagerSession : ManagerConnection
{
    private readonly ManagerClient _client;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<long, PendingCall> _pending = [];
    private readonly PayloadWriter _words = new();
    private bool _isOver;

    private ManagerSession(ManagerClient client, StreamSocket socket)
        : base(socket) => _client = client;

    /// <summary>The server has said that it ends in order.</summary>
    public bool SawEnding { get; private set; }

    public static ManagerSession Connect(ManagerClient client)
    {
        var session = new ManagerSession(client, Open(client, ConnectionRole.Session));
        var thread = new Thread(session.Read, 256 * 1024) { IsBackground = true, Name = $"plait {client.Address.Name}" };
        thread.UnsafeStart();
        return session;
    }

    /// <summary>Sends a call. Its answer ends <paramref name="pending"/>, whatever happens.</summary>
    /// <exception cref="ManagerDiedException">The server is gone.</exception>
    public void Post(ManagedCall call, PendingCall pending)
    {
        bool isSent;
        lock (_gate)
        {
            if (!_isOver)
            {
                _pending.Add(pending.Number, pending);
            }

            isSent = !_isOver && Send(call);
        }

        if (!isSent)
        {
            throw _client.Fail();
        }
    }

    /// <summary>Sends a request without an answer. Nothing happens when the server is gone.</summary>
    public void Tell(RequestKind kind, long number, long id = 0, Guid? ticket = null)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _words.Clear();
            _words.WriteByte((byte)kind);
            _words.WriteVarint((ulong)number);
            if (kind == RequestKind.Release)
            {
                _words.WriteVarint((ulong)id);
            }

            if (ticket is { } known)
            {
                _words.WriteGuid(known);
            }

            _ = Frames.Send(_words.WrittenSpan, default);
        }
    }

    /// <summary>Nobody waits for the call any more: what its answer brings is released when it comes.</summary>
    public void Abandon(PendingCall call)
    {
        lock (_gate)
        {
            _ = _pending.Remove(call.Number);
        }
    }

    /// <summary>Closes in order. The reading thread does the rest.</summary>
    public void Leave()
    {
        Tell(RequestKind.Leave, 0);
        Shutdown();
    }

    private void Shutdown()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                Frames.Socket.Shutdown();
            }
        }
    }

    private void Read()
    {
        try
        {
            while (Frames.Receive(MonotonicClock.Never, out ReadOnlySpan<byte> frame) == FrameResult.Frame)
            {
                Take(frame);
            }
        }
        catch (InvalidDataException)
        {
            // A server that writes nonsense is as good as dead.
        }

        PendingCall[] left;
        lock (_gate)
        {
            _isOver = true;
            left = [.. _pending.Values];
            _pending.Clear();
            Dispose();
        }

        Exception end = _client.Fail();
        foreach (PendingCall call in left)
        {
            call.Fail(end);
        }
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var head = new PayloadReader(frame);
        var kind = (ReplyKind)head.ReadByte();
        if (kind == ReplyKind.Ending)
        {
            SawEnding = true;
            return;
        }

        long number = (long)head.ReadVarint();
        PendingCall? call;
        lock (_gate)
        {
            _ = _pending.Remove(number, out call);
        }

        if (call is not null)
        {
            call.Complete(frame.ToArray());
            return;
        }

        int count = head.ReadCount();
        for (int i = 0; i < count; i++)
        {
            _client.Forget((long)head.ReadVarint(), ticket: null);
        }
    }
}
