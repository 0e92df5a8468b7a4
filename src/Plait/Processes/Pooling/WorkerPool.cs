using Plait.Execution;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <summary>
/// The engine of a <see cref="PooledExecutor"/>. A call is encoded in its submitter's stack and goes straight into the ring of
/// a worker with room, else into the queue, from which a worker is fed when results come back. One gate guards the queue and
/// the state of workers; it is held for moments only, and never while user code runs or anything is waited for.
/// </summary>
internal sealed partial class WorkerPool : IGaugedExecutor
{
    /// <summary>Bytes that stay free in a worker's ring for what must always fit: an Exit.</summary>
    private const int RingReserve = 4 * FrameHeader.Size;

    /// <summary>Calls from this size on go through bulk space, not through the ring.</summary>
    private const int StoredFrom = 16 * 1024;

    private static int s_pools;

    private readonly Lock _gate = new();
    private readonly ValueCodec _arguments;

    // Guarded by _gate, all below.
    private readonly PendingQueue _queue;
    private readonly List<PooledWorker> _workers = [];
    private readonly Stack<PooledWorker> _idle = new();
    private readonly HashSet<PooledCall> _waiting = [];
    private readonly KeyedTasks<PooledCall> _keys = new();
    private int _sent;
    private TaskCompletionSource? _room;

    /// <summary>Makes the pool, and starts its workers in the background.</summary>
    /// <param name="options">Checked, and nobody else's.</param>
    public WorkerPool(PooledExecutorOptions options)
    {
        ChildLauncher.ThrowIfMisplaced();
        ExitCoordinator.Install();
        ProcessExtensions.Enter();
        Options = options;
        Shape = options.ToShape();
        Name = options.Name ?? $"pool-{Interlocked.Increment(ref s_pools)}";
        Identity = new ExecutorIdentity(Name, "process");
        int processors = ChildProcess.Current.Processors;
        Size = Shape.Workers > 0 ? Shape.Workers : processors;
        ProcessorShare = Math.Max(1, processors / Size);
        _arguments = new ValueCodec(CodecDirection.ToChild, [.. options.Worker.Codecs]) { CarriesReports = true };
        Results = new ValueCodec(CodecDirection.FromChild, [.. options.Worker.Codecs]);
        _slices = Shape.HasSlices && options.Policy?.CreateForSlices() is { } turns ? new SlicedQueue(options.Policy, turns) : null;
        _queue = _slices is not null ? _slices : options.Policy is { } policy ? new PolicyQueue(policy) : new ArrivalQueue();
        _target = Math.Min(Shape.MinimumWorkers ?? Size, Size);
        // The runtime's first timer starts a thread, which fails where descriptors or threads have run out; just there the pool will need one.
        options.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan).Dispose();
        Prepare();
        lock (_gate)
        {
            Balance_UnderGate();
        }

        ExecutorGauges.Add(this);
    }

    /// <summary>Which executor it is, in measurements.</summary>
    public ExecutorIdentity Identity { get; }

    public PooledExecutorOptions Options { get; }

    public PoolShape Shape { get; }

    public string Name { get; }

    public int Size { get; private set; }

    /// <summary>How many calls a worker runs at once. More than one share its process: none can be killed alone.</summary>
    public int TasksAtOnce => Shape.TasksAtOnce;

    public bool IsShared => TasksAtOnce > 1;

    /// <summary>Processors that each worker may count on.</summary>
    public int ProcessorShare { get; }

    public PoolEvents Events { get; } = new();

    public SharedFunctionTable Functions { get; } = new();

    public ValueCodec Results { get; }

    public Future<TResult> Submit<TResult>(WorkRequest work, bool hasResult)
    {
        ThrowIfCannotKeep(work);
        Type resultType = FunctionReference.ShapeOf(work.Function).ResultType;
        if (hasResult && !typeof(TResult).IsAssignableFrom(resultType))
        {
            throw new ArgumentException($"{FunctionName.Of(work.Function.Method)} gives a {resultType} after awaiting, not a {typeof(TResult)}. Return Task<T> from an async function.", nameof(work));
        }

        var call = new TaskCall<TResult>(this, work, hasResult, resultType);
        call.Encode(work.ArgumentArray, _arguments);
        Submit(call);
        return call.Future;
    }

    public void SubmitStream(StreamCall call, object?[] arguments)
    {
        call.Encode(arguments, _arguments);
        Submit(call);
    }

    /// <summary>Takes an encoded call. Blocks while the pool is full, if it is to.</summary>
    public void Submit(PooledCall call)
    {
        if (call.Options.CancellationToken.IsCancellationRequested)
        {
            call.Trace?.Accept();
            call.Trace?.End(TaskOutcome.Cancelled, null);
            call.Release();
            Count(ref _cancelled);
            call.OnCancelled(call.Options.CancellationToken);
            return;
        }

        while (true)
        {
            Task room;
            lock (_gate)
            {
                try
                {
                    ThrowIfClosed_UnderGate();
                    if (Options.QueueLimit == 0 || _queue.Count + _waiting.Count < Options.QueueLimit)
                    {
                        if (call.Options.Key is null || TryEnterKey_UnderGate(call))
                        {
                            Accept_UnderGate(call);
                        }

                        break;
                    }

                    if (Options.WhenFull == FullBehavior.Reject)
                    {
                        throw new ExecutorFullException(Name, Options.QueueLimit);
                    }
                }
                catch
                {
                    call.Release();
                    throw;
                }

                room = Room_UnderGate();
            }

            room.GetAwaiter().GetResult();
        }

        call.Trace?.Accept();
        call.Watch();
    }

    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                ThrowIfClosed_UnderGate();
                if (Options.QueueLimit == 0 || _queue.Count + _waiting.Count < Options.QueueLimit)
                {
                    return;
                }

                room = Room_UnderGate();
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a worker has begun this call, or done with it.</summary>
    public bool HasBegun(PooledCall call)
    {
        lock (_gate)
        {
            return call.Stage == CallStage.Ended || (call.Stage == CallStage.Sent && (call.Worker!.CallAt(call.Number) != call || call.Worker.Claimed >= call.Number));
        }
    }

    private Task Room_UnderGate() => (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void TellRoom_UnderGate()
    {
        if (_room is { } room && (_isClosing || _queue.Count + _waiting.Count < Options.QueueLimit))
        {
            _room = null;
            room.SetResult();
        }
    }

    /// <summary>A call that had a key has ended: the next of that key has its turn.</summary>
    public void OnKeyLeft(string key)
    {
        lock (_gate)
        {
            _keys.Leave(key);
            while (_keys.TryNext(key, out PooledCall call))
            {
                if (_waiting.Remove(call))
                {
                    call.HasKey = true;
                    call.Stage = CallStage.Queued;
                    Accept_UnderGate(call);
                }
                else
                {
                    // It has ended meanwhile.
                    _keys.Leave(key);
                }
            }

            CheckClosing_UnderGate();
        }
    }

    // False: it waits for others of its key, among those that wait for another attempt.
    private bool TryEnterKey_UnderGate(PooledCall call)
    {
        if (_keys.TryEnter(call.Options, call))
        {
            call.HasKey = true;
            return true;
        }

        call.Stage = CallStage.Waiting;
        _waiting.Add(call);
        return false;
    }

    private void Accept_UnderGate(PooledCall call)
    {
        if (Options.Policy is null && _queue.Count == 0 && (TryPlaceFree_UnderGate(call) || (!IsShared && TryPlaceBehind_UnderGate(call))))
        {
            return;
        }

        _queue.Add(call);
        if (Options.Policy is not null)
        {
            // It is the policy that says which one begins, this one or another.
            FeedFree_UnderGate();
        }

        Grow_UnderGate();
    }

    /// <summary>Puts a call into a worker's ring, with the definitions that it needs. False when the ring has no room now.</summary>
    private bool Place_UnderGate(PooledCall call, PooledWorker worker)
    {
        Channel channel = worker.Channel;
        while (worker.KnownDefinitions < call.DefinitionCount)
        {
            if (!channel.TryPost(MessageKind.Define, worker.KnownDefinitions, Functions.DefinitionOf(worker.KnownDefinitions), RingReserve))
            {
                return false;
            }

            worker.KnownDefinitions++;
        }

        WatchMemory_UnderGate(call, worker);
        call.Worker = worker;
        call.Number = worker.NextNumber();
        call.Claim = worker.ClaimOf(call.Number);
        call.OnSending(worker);
        worker.PutCall(call);
        CrashPoints.Hit(CrashPoint.PoolSending);
        if (call.Body.Length >= StoredFrom)
        {
            return PlaceStored_UnderGate(call, worker);
        }

        if (!channel.TryPost(MessageKind.Call, call.Claim, call.Body, RingReserve))
        {
            _ = worker.RemoveCall(call.Number);
            call.Worker = null;
            return false;
        }

        Placed_UnderGate(call, worker);
        channel.Outgoing.RingDataBell();
        return true;
    }

    private void Placed_UnderGate(PooledCall call, PooledWorker worker)
    {
        call.Stage = CallStage.Sent;
        worker.Paused = default;
        worker.LastSent = call.Number;
        worker.Outstanding++;
        worker.IsReserved |= call.IsExclusive;
        _sent += call.IsTask ? 1 : 0;
        if (worker.State is WorkerState.Idle)
        {
            worker.State = WorkerState.Busy;
        }

        if (call.RunLimit != Timeout.InfiniteTimeSpan)
        {
            worker.TaskDeadline = Math.Min(worker.TaskDeadline, MonotonicClock.After(call.RunLimit));
            worker.SetDeadline();
        }

        if (call.IsTokenCancelled)
        {
            worker.CancelCall(call);
        }
    }

    // The bytes are copied on the thread pool: a hundred megabytes must keep nobody from the gate.
    private bool PlaceStored_UnderGate(PooledCall call, PooledWorker worker)
    {
        worker.IsReserved = true;
        worker.AddUse();
        Placed_UnderGate(call, worker);
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Item1.Load(state.call, state.worker, state.Claim), (this, call, worker, call.Claim), preferLocal: false);
        return true;
    }

    // The claim tells this journey from a later one to the same worker, which the call may be on when it was taken back meanwhile.
    private void Load(PooledCall call, PooledWorker worker, long claim)
    {
        bool isStored = worker.Channel.Store.TryStore(call.Body, out BulkReference reference);
        bool isFailed = false;
        lock (_gate)
        {
            bool isWanted = call.Stage == CallStage.Sent && call.Worker == worker && call.Claim == claim && worker.CallAt(call.Number) == call;
            if (isWanted)
            {
                worker.IsReserved = call.IsExclusive;
            }

            if (!isWanted || !isStored || !PostStored_UnderGate(worker, call, reference))
            {
                if (isStored)
                {
                    worker.Channel.Store.GiveBack(reference);
                }

                isFailed = isWanted && !isStored;
                if (isWanted)
                {
                    TakeBackLast_UnderGate(call, worker, again: isStored);
                }
            }

            AfterWork_UnderGate(worker);
        }

        if (isFailed)
        {
            Fail(call, new InvalidOperationException($"Task '{call.Name}' has {call.Body.Length} bytes of arguments, for which its worker's shared memory has no room."));
        }

        worker.DropUse();
    }

    private void TakeBackLast_UnderGate(PooledCall call, PooledWorker worker, bool again)
    {
        _ = worker.RemoveCall(call.Number);
        worker.Outstanding--;

        // Its claim is made again by the next call, unless the worker was told to cancel it.
        worker.LastSent -= call.IsTokenCancelled ? 0 : 1;
        _sent -= call.IsTask ? 1 : 0;
        call.Worker = null;
        LeaveSlices_UnderGate(worker);
        call.Stage = again ? CallStage.Queued : CallStage.Ended;
        if (again)
        {
            _queue.Return(call);
        }
        else
        {
            _queue.Forget(call);
        }
    }

    private static bool PostStored_UnderGate(PooledWorker worker, PooledCall call, BulkReference reference)
    {
        using var body = new PayloadWriter(capacity: 32);
        body.WriteVarint((ulong)reference.Offset);
        body.WriteVarint((ulong)reference.Length);
        bool isPosted = worker.Channel.TryPost(MessageKind.StoredCall, call.Claim, body.WrittenSpan, RingReserve);
        worker.Channel.Outgoing.RingDataBell();
        return isPosted;
    }
}
