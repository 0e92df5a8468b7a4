using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>The server's end of a session: starts each call on the thread pool, in the order they came for each object, and answers in the order they end.</summary>
internal sealed class ServerSession(ManagerServer server, FrameStream frames, Guid id) : ServerConnection(server, new ClientRecord(server), frames)
{
    private readonly ConcurrentQueue<byte[]> _outgoing = new();
    private readonly Lock _sending = new();

    // 1 while somebody sends; whoever queues something while it is 0 becomes that.
    private int _isSending;
    private bool _isClosed;

    /// <summary>What the client calls itself.</summary>
    public Guid Id => id;

    /// <summary>Serves to the end, after which nothing is sent any more.</summary>
    public void ServeAll()
    {
        Serve();
        lock (_sending)
        {
            _isClosed = true;
        }
    }

    /// <summary>The manager ends in order: what its clients see next is no crash.</summary>
    public void TellEnding() => Queue([(byte)ReplyKind.Ending]);

    protected override bool Take(ReadOnlySpan<byte> frame)
    {
        var reader = new PayloadReader(frame);
        CallHead head = ReadHead(ref reader, out Exception? refusal);
        if (refusal is not null)
        {
            Refuse(head, refusal);
            return true;
        }

        switch (head.Kind)
        {
            case RequestKind.Call:
                Start(head, frame[reader.Position..].ToArray());
                return true;
            case RequestKind.Cancel:
                Client.Cancel(head.Number);
                return true;
            case RequestKind.Release:
                Client.Release((long)reader.ReadVarint());
                return true;
            case RequestKind.Drop:
                Server.Objects.Drop(reader.ReadGuid());
                return true;
            case RequestKind.Leave:
                return false;
            default:
                throw new InvalidDataException($"Request {head.Kind} on a session.");
        }
    }

    private void Start(CallHead head, byte[] body)
    {
        ServedObject served;
        try
        {
            served = Server.Objects.Use(head.ObjectId);
        }
        catch (ObjectDisposedException error)
        {
            Refuse(head, error);
            return;
        }

        // Here, so that the calls of one client get their turns in the order it sent them.
        Task turn = served.EnterAsync();
        ThreadPool.UnsafeQueueUserWorkItem(static call => _ = call.Session.RunAsync(call.Head, call.Served, call.Turn, call.Body), (Session: this, Head: head, Served: served, Turn: turn, Body: body), preferLocal: false);
    }

    private void Refuse(in CallHead head, Exception error)
    {
        ManagedReply refusal = Server.RentReply();
        refusal.Begin(Client, head.Number);
        refusal.Throw(error);
        Answer(refusal);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a user's method throws goes to the caller.")]
    private async Task RunAsync(CallHead head, ServedObject served, Task turn, byte[] body)
    {
        await turn.ConfigureAwait(false);
        ManagedReply reply = Server.RentReply();
        reply.Begin(Client, head.Number);
        long began = MonotonicClock.Now;
        try
        {
            await Invoke(head, served, body, reply).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            reply.Throw(error);
        }

        served.Leave();
        Server.Counters.Add(MonotonicClock.Now - began, reply.Threw);
        Answer(reply);
        Server.Objects.Unuse(served);
    }

    private void Answer(ManagedReply reply)
    {
        _ = reply.Seal();
        byte[] frame = new byte[reply.Head.Length + reply.Body.Length];
        reply.Head.CopyTo(frame);
        reply.Body.CopyTo(frame.AsSpan(reply.Head.Length));
        Server.Return(reply);
        Queue(frame);
    }

    /// <summary>A client that does not read blocks one thread at most: others leave their answers in the queue.</summary>
    private void Queue(byte[] frame)
    {
        _outgoing.Enqueue(frame);
        while (!_outgoing.IsEmpty && Interlocked.Exchange(ref _isSending, 1) == 0)
        {
            while (_outgoing.TryDequeue(out byte[]? next))
            {
                lock (_sending)
                {
                    _ = _isClosed || Frames.Send(next, default);
                }
            }

            // Full fence: an answer queued before this is seen by the loop, one queued after it by whoever queued it.
            _ = Interlocked.Exchange(ref _isSending, 0);
        }
    }
}
