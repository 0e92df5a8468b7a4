using System.Diagnostics.CodeAnalysis;
using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>The server's end of a lane: runs each call on the connection's own thread, then answers.</summary>
internal sealed class ServerLane(ManagerServer server, ClientRecord client, FrameStream frames) : ServerConnection(server, client, frames)
{
    private readonly ManagedReply _reply = new(server);

    // Objects in the last answer. The client has them for certain when it sends something after it; if the connection ends without that, it may have died,
    // or given up, with the answer unread.
    private long[]? _unconfirmed;
    private bool _isEnding;

    public void ServeAll()
    {
        Serve();
        Confirm(arrived: false);
        if (_isEnding)
        {
            Server.Finish();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a user's method throws goes to the caller.")]
    protected override bool Take(ReadOnlySpan<byte> frame)
    {
        Confirm(arrived: true);
        var reader = new PayloadReader(frame);
        CallHead head = ReadHead(ref reader, out Exception? refusal);
        if (head.Kind == RequestKind.Leave)
        {
            return false;
        }

        _reply.Begin(Client, head.Number);
        if (refusal is not null)
        {
            _reply.Throw(refusal);
            return Answer();
        }

        try
        {
            Run(head, frame[reader.Position..]);
        }
        catch (Exception error) when (error is not InvalidDataException || head.Kind is RequestKind.Call or RequestKind.Create)
        {
            _reply.Throw(error);
        }

        return Answer();
    }

    private bool Answer()
    {
        _unconfirmed = _reply.Seal();
        return Frames.Send(_reply.Head, _reply.Body) && !_isEnding;
    }

    private void Run(in CallHead head, ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        switch (head.Kind)
        {
            case RequestKind.Call:
                RunCall(head, body);
                break;
            case RequestKind.Create:
                Create(head, ref reader);
                break;
            case RequestKind.Release:
                Client.Release((long)reader.ReadVarint());
                break;
            case RequestKind.Hold:
                Server.Objects.Hold((long)reader.ReadVarint(), reader.ReadGuid());
                break;
            case RequestKind.Redeem:
                _reply.ReturnObject(Server.Objects.Redeem((long)reader.ReadVarint(), reader.ReadGuid()));
                break;
            case RequestKind.Statistics:
                _reply.Return(Statistics(), "the statistics");
                break;
            case RequestKind.Shutdown:
                Server.End();
                _isEnding = true;
                break;
            default:
                throw new InvalidDataException($"Request {head.Kind} on a lane.");
        }
    }

    private void RunCall(in CallHead head, ReadOnlySpan<byte> body)
    {
        ServedObject served = Server.Objects.Use(head.ObjectId);
        bool threw = true;
        long began = 0;
        try
        {
            served.Enter();
            began = MonotonicClock.Now;
            try
            {
                ValueTask running = Invoke(head, served, body, _reply);
                if (!running.IsCompletedSuccessfully)
                {
                    // The client blocks for a method that is asynchronous: so does its thread here.
                    running.AsTask().GetAwaiter().GetResult();
                }

                threw = false;
            }
            finally
            {
                served.Leave();
            }
        }
        finally
        {
            Server.Counters.Add(MonotonicClock.Now - began, threw);
            Server.Objects.Unuse(served);
        }
    }

    private void Create(in CallHead head, ref PayloadReader reader)
    {
        var concurrency = (ManagedConcurrency)reader.ReadByte();
        BoundFunction factory = FunctionReference.Read(ref reader, _reply.Arguments);
        Type wanted = head.Contract!.Interface;
        object made = factory.Invoke([]) ?? throw new InvalidOperationException($"The factory of {wanted} returned null.");
        if (made is ManagedProxy)
        {
            throw new InvalidOperationException($"The factory of {wanted} returned a proxy of another manager's object. Use that proxy, or make an object that has it.");
        }

        if (!wanted.IsInstanceOfType(made))
        {
            throw new InvalidDataException($"The factory made a {made.GetType()}, which is no {wanted}.");
        }

        _reply.ReturnObject(Server.Objects.Add(made, concurrency is ManagedConcurrency.Serial or ManagedConcurrency.Concurrent ? concurrency : null, isOwned: true));
    }

    private long[] Statistics() =>
        [Server.Counters.Calls, Server.Counters.Errors, Server.Counters.Time, Server.Counters.Longest, Server.Objects.Count, Server.Objects.Created, Server.Objects.HeldCount, Server.Clients];

    private void Confirm(bool arrived)
    {
        if (!arrived)
        {
            foreach (long id in _unconfirmed ?? [])
            {
                Client.Release(id);
            }
        }

        _unconfirmed = null;
    }
}
