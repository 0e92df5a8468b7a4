using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Plait.Interop;
using Plait.Synchronization;

namespace Plait.Processes.Managers;

/// <summary>What the server is told at its start.</summary>
internal sealed record ManagerSettings(Guid Id, string Path, string Name, ManagedConcurrency Concurrency, TimeSpan Grace, IEvent Ready);

/// <summary>The server: a child process whose function this is. Its main thread accepts connections until the manager ends.</summary>
internal sealed class ManagerServer
{
    private readonly ManagerSettings _settings;
    private readonly StreamSocket _listener;
    private readonly ConcurrentDictionary<Guid, ServerSession> _sessions = new();
    private readonly ConcurrentBag<ManagedReply> _replies = [];
    private readonly Lock _ending = new();
    private readonly ManualResetEventSlim _ended = new();
    private bool _isEnding;

    private ManagerServer(ManagerSettings settings, StreamSocket listener)
    {
        _settings = settings;
        _listener = listener;
        Address = new ManagerAddress(settings.Id, settings.Path, settings.Name, ProcessCalls.CurrentPid);
        Objects = new ServedObjects(Address, settings.Concurrency);
    }

    /// <summary>The server that this process is; null in every other.</summary>
    public static ManagerServer? Current { get; private set; }

    public ManagerAddress Address { get; }

    public ServedObjects Objects { get; }

    public CallCounters Counters { get; } = new();

    public int Clients => _sessions.Count;

    /// <summary>Runs until the manager is to end.</summary>
    public static void Run(ManagerSettings settings)
    {
        StreamSocket listener = ManagerSockets.Publish(settings.Path);
        var server = new ManagerServer(settings, listener);
        Current = server;
        using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            server.End();
            server.Finish();
        });
        settings.Ready.Set();
        server.Accept();
        server._ended.Wait();
    }

    /// <summary>The object of a proxy that came back to where it lives, in a message of another kind.</summary>
    public object TakeHeld(long id, Guid ticket)
    {
        try
        {
            ServedObject served = Objects.Redeem(id, ticket);
            served.GiveAway();
            object target = served.Target;
            Objects.Unuse(served);
            return target;
        }
        catch (ObjectDisposedException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    public ManagedReply RentReply() => _replies.TryTake(out ManagedReply? reply) ? reply : new ManagedReply(this);

    public void Return(ManagedReply reply) => _replies.Add(reply);

    /// <summary>Disposes the objects and lets the main thread go. Blocks until the objects are disposed.</summary>
    public void End()
    {
        lock (_ending)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
            ManagerSockets.Remove(_settings.Path);

            // A client that does not read must not keep the others from their end.
            Task[] told = [.. _sessions.Values.Select(static session => Task.Run(session.TellEnding))];
            _ = Task.WaitAll(told, TimeSpan.FromSeconds(1));
            foreach (ServerSession session in _sessions.Values)
            {
                session.Client.CancelAll();
            }

            Objects.EndAll(_settings.Grace);
        }
    }

    /// <summary>Once <see cref="End"/> has been called and its caller has its answer.</summary>
    public void Finish()
    {
        _listener.Shutdown();
        _ended.Set();
    }

    private void Accept()
    {
        while (_listener.Accept() is { } socket)
        {
            var thread = new Thread(() => Serve(socket)) { IsBackground = true, Name = "plait client" };
            thread.UnsafeStart();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Nothing that comes over one connection may end the server.")]
    private void Serve(StreamSocket socket)
    {
        using var frames = new FrameStream(socket);
        try
        {
            Serve(socket, frames);
        }
        catch (Exception error)
        {
            // Whoever writes nonsense is as good as dead: the connection closes, and with a session all that its client had.
            StandardStreams.Write(2, Encoding.UTF8.GetBytes($"The {Address} dropped a connection from pid {socket.Peer.Pid}: {error.GetType().Name}: {error.Message}\n"));
        }
    }

    private void Serve(StreamSocket socket, FrameStream frames)
    {
        ServerSession? session = null;
        ServerLane? lane = null;
        try
        {
            // Entered before the client is told, for its next connection may be here at once.
            bool isAdmitted = Handshake.Admit(socket, Address.Id, (role, id) =>
            {
                if (role == ConnectionRole.Session)
                {
                    session = new ServerSession(this, frames, id);
                    return _sessions.TryAdd(id, session);
                }

                lane = _sessions.TryGetValue(id, out ServerSession? owner) ? new ServerLane(this, owner.Client, frames) : null;
                return lane is not null;
            });
            if (isAdmitted)
            {
                session?.ServeAll();
                lane?.ServeAll();
            }
        }
        finally
        {
            if (session is not null && _sessions.TryRemove(new KeyValuePair<Guid, ServerSession>(session.Id, session)))
            {
                session.Client.End();
            }
        }
    }
}
