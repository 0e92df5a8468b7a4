using System.Collections.Concurrent;

namespace Plait.Processes.Managers;

/// <summary>
/// This process's end of one manager: a session for its life and for calls without a thread, and as many lanes as there are threads that wait. Made without
/// a connection; the first use makes it.
/// </summary>
internal sealed class ManagerClient
{
    private const int MostIdleLanes = 16;
    private const int MostIdleCalls = 64;

    private static readonly ConcurrentDictionary<Guid, ManagerClient> s_clients = new();

    private readonly Lock _gate = new();
    private readonly Lock _connecting = new();
    private readonly ConcurrentBag<ManagedCall> _calls = [];

    // Guarded by _gate.
    private readonly Stack<ManagerLane> _lanes = new();
    private Exception? _end;

    // Made under _connecting.
    private volatile ManagerSession? _session;
    private long _lastCall;

    private ManagerClient(ManagerAddress address, TimeSpan defaultTimeout)
    {
        Address = address;
        DefaultTimeout = defaultTimeout;
    }

    public ManagerAddress Address { get; }

    /// <summary>What the server knows this process by.</summary>
    public Guid Session { get; } = Guid.NewGuid();

    public TimeSpan DefaultTimeout { get; }

    /// <summary>Set in the process that started the manager: it knows how the server ended.</summary>
    public ChildProcess? Server { get; set; }

    /// <summary>The one client of that manager in this process.</summary>
    public static ManagerClient For(ManagerAddress address, TimeSpan defaultTimeout) =>
        s_clients.TryGetValue(address.Id, out ManagerClient? client) ? client : s_clients.GetOrAdd(address.Id, new ManagerClient(address, defaultTimeout));

    public ManagedCall Begin(ManagedProxy proxy, int method)
    {
        proxy.Reference.Redeem();
        ManagedCall call = Rent();
        call.Reset(Interlocked.Increment(ref _lastCall), proxy, method);
        return call;
    }

    /// <summary>A request of our own.</summary>
    public ManagedCall Begin(RequestKind kind, ManagedContract? contract = null)
    {
        ManagedCall call = Rent();
        call.Reset(kind, Interlocked.Increment(ref _lastCall), contract);
        return call;
    }

    public ManagedCall Rent() => _calls.TryTake(out ManagedCall? call) ? call : new ManagedCall(this);

    public void Return(ManagedCall call)
    {
        call.Clear();
        if (_calls.Count < MostIdleCalls)
        {
            _calls.Add(call);
        }
    }

    /// <exception cref="ManagerDiedException">The server is gone.</exception>
    public ManagerLane RentLane()
    {
        _ = Connected();
        lock (_gate)
        {
            if (_end is { } end)
            {
                throw Again(end);
            }

            if (_lanes.TryPop(out ManagerLane? lane))
            {
                return lane;
            }
        }

        return ManagerLane.Connect(this);
    }

    public void Return(ManagerLane? lane)
    {
        if (lane is null)
        {
            return;
        }

        lock (_gate)
        {
            if (!lane.IsBroken && _end is null && _lanes.Count < MostIdleLanes)
            {
                _lanes.Push(lane);
                return;
            }
        }

        if (lane.IsBroken)
        {
            lane.Dispose();
        }
        else
        {
            lane.Leave();
        }
    }

    public void Post(ManagedCall call, PendingCall pending)
    {
        Connected().Post(call, pending);
        pending.Watch();
    }

    public void Cancel(long number) => _session?.Tell(RequestKind.Cancel, number);

    public void Abandon(PendingCall call)
    {
        _session?.Abandon(call);
        Cancel(call.Number);
    }

    /// <summary>A proxy is on its way to another process: the server is told before the bytes are sent.</summary>
    public Guid Hold(long id)
    {
        var ticket = Guid.NewGuid();
        ManagedCall call = Begin(RequestKind.Hold);
        call.Body.WriteVarint((ulong)id);
        call.Body.WriteGuid(ticket);
        call.Invoke();
        return ticket;
    }

    public void Redeem(long id, Guid ticket)
    {
        ManagedCall call = Begin(RequestKind.Redeem);
        call.Body.WriteVarint((ulong)id);
        call.Body.WriteGuid(ticket);
        _ = call.ExchangeForObject();
    }

    /// <summary>Blocks until the server has released it. Nothing to do when it is gone.</summary>
    public void Release(long id, Guid? ticket)
    {
        if (ticket is not null)
        {
            Forget(id, ticket);
            return;
        }

        try
        {
            ManagedCall call = Begin(RequestKind.Release);
            call.Body.WriteVarint((ulong)id);
            call.Invoke();
        }
        catch (Exception error) when (error is ManagerDiedException or ObjectDisposedException or TimeoutException)
        {
            // Gone, or on its way: either way there is nothing left to do.
        }
    }

    /// <summary>Releases it without waiting, from any thread, the finalizer's too.</summary>
    public void Forget(long id, Guid? ticket) => ThreadPool.UnsafeQueueUserWorkItem(
        static what =>
        {
            if (what.Ticket is null)
            {
                what.Client._session?.Tell(RequestKind.Release, 0, what.Id);
                return;
            }

            try
            {
                what.Client.Connected().Tell(RequestKind.Drop, 0, ticket: what.Ticket);
            }
            catch (Exception error) when (error is ManagerDiedException or ObjectDisposedException or InvalidOperationException)
            {
                // Gone, and the object with it.
            }
        },
        (Client: this, Id: id, Ticket: ticket),
        preferLocal: false);

    public TimeoutException TimedOut(string what, TimeSpan timeout) => new(
        $"{what} was not answered by {Address} within {timeout.TotalSeconds:0.###} s. The method may still be running there: it is only asked to stop if it takes a CancellationToken.");

    /// <summary>The connection broke: every call under way and every later one ends with what this gives.</summary>
    public Exception Fail()
    {
        lock (_gate)
        {
            if (_end is { } known)
            {
                return Again(known);
            }
        }

        // Known soon: the server's process is at its end. Never under the gate, and no longer than a process can take.
        _ = Server?.Join(TimeSpan.FromSeconds(5));
        return End(new ManagerDiedException(Address, Server?.Outcome, isOrderly: _session?.SawEnding == true));
    }

    /// <summary>The manager was disposed here.</summary>
    public void Close()
    {
        _ = End(new ObjectDisposedException(Address.ToString(), $"The {Address} has been disposed by this process."));
        _session?.Leave();
        _ = s_clients.TryRemove(Address.Id, out _);
    }

    /// <summary>The session; made now if it was not yet.</summary>
    public ManagerSession Connected()
    {
        if (_session is { } session)
        {
            return session;
        }

        lock (_connecting)
        {
            return _session ??= ManagerSession.Connect(this);
        }
    }

    private Exception End(Exception end)
    {
        ManagerLane[] lanes;
        lock (_gate)
        {
            if (_end is { } earlier)
            {
                return Again(earlier);
            }

            _end = end;
            lanes = [.. _lanes];
            _lanes.Clear();
        }

        foreach (ManagerLane lane in lanes)
        {
            lane.Leave();
        }

        return end;
    }

    // Each throw has a stack of its own.
    private static Exception Again(Exception end) => end is ManagerDiedException died ? new ManagerDiedException(died) : new ObjectDisposedException(((ObjectDisposedException)end).ObjectName, end.Message);
}
