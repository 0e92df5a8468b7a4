namespace Plait.Processes.Managers;

/// <summary>What the server knows of one client process: what it has, and which of its calls can be cancelled.</summary>
internal sealed class ClientRecord(ManagerServer server)
{
    // Cancellations that came before their calls: the two take different connections. The oldest are forgotten.
    private const int MostCancelledAhead = 256;

    private readonly Lock _gate = new();

    // Guarded by _gate. Of each object its uses.
    private readonly Dictionary<long, (ServedObject Object, int Count)> _objects = [];
    private readonly Dictionary<long, CancellationTokenSource> _running = [];
    private readonly Queue<long> _cancelledAhead = new();
    private bool _isGone;

    /// <summary>The client has it from now on, with a use that was the caller's. A client that is gone has nothing.</summary>
    public void Grant(ServedObject served)
    {
        lock (_gate)
        {
            if (!_isGone)
            {
                _objects.TryGetValue(served.Id, out (ServedObject, int Count) entry);
                _objects[served.Id] = (served, entry.Count + 1);
                return;
            }
        }

        server.Objects.Unuse(served);
    }

    public void Release(long id)
    {
        ServedObject served;
        lock (_gate)
        {
            if (!_objects.TryGetValue(id, out (ServedObject Object, int Count) entry))
            {
                // The client went meanwhile, or names what it never had.
                return;
            }

            served = entry.Object;
            if (entry.Count > 1)
            {
                _objects[id] = (served, entry.Count - 1);
            }
            else
            {
                _ = _objects.Remove(id);
            }
        }

        server.Objects.Unuse(served);
    }

    public void BeginCall(long number, CancellationTokenSource source)
    {
        bool isCancelled;
        lock (_gate)
        {
            _running[number] = source;
            isCancelled = _isGone || _cancelledAhead.Contains(number);
        }

        if (isCancelled)
        {
            source.Cancel();
        }
    }

    public void EndCall(long number, CancellationTokenSource? source)
    {
        if (source is not null)
        {
            lock (_gate)
            {
                _ = _running.Remove(number);
            }
        }
    }

    public void Cancel(long number)
    {
        CancellationTokenSource? source;
        lock (_gate)
        {
            if (!_running.TryGetValue(number, out source))
            {
                _cancelledAhead.Enqueue(number);
                if (_cancelledAhead.Count > MostCancelledAhead)
                {
                    _ = _cancelledAhead.Dequeue();
                }

                return;
            }
        }

        Cancel(source);
    }

    /// <summary>The client is gone: nobody wants the answers to its calls, and what it had is released.</summary>
    public void End()
    {
        (ServedObject Object, int Count)[] left;
        lock (_gate)
        {
            if (_isGone)
            {
                return;
            }

            _isGone = true;
            left = [.. _objects.Values];
            _objects.Clear();
        }

        CancelAll();
        foreach ((ServedObject served, int count) in left)
        {
            for (int i = 0; i < count; i++)
            {
                server.Objects.Unuse(served);
            }
        }
    }

    public void CancelAll()
    {
        CancellationTokenSource[] running;
        lock (_gate)
        {
            running = [.. _running.Values];
        }

        foreach (CancellationTokenSource source in running)
        {
            Cancel(source);
        }
    }

    // Callbacks are the user's code, and may take their time: never on a thread that reads a connection.
    private static void Cancel(CancellationTokenSource source) => ThreadPool.UnsafeQueueUserWorkItem(
        static source =>
        {
            try
            {
                source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The call was over first.
            }
            catch (AggregateException)
            {
                // What the user's callbacks threw is the call's own affair; here nobody waits for it.
            }
        },
        source,
        preferLocal: false);
}
