using System.Reflection;
using Plait.Execution;
using Plait.Interop;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <summary>Where a call stands. Guarded by the pool's gate.</summary>
internal enum CallStage
{
    /// <summary>In the pool's queue, or about to be.</summary>
    Queued,

    /// <summary>In a worker's ring, begun or not.</summary>
    Sent,

    /// <summary>It failed, and waits for its next attempt.</summary>
    Waiting,

    /// <summary>Over, for the pool: its end is known.</summary>
    Ended,
}

/// <summary>
/// One function on its way through a pool: its bytes, where they are, and what becomes of the end. The pool's gate guards
/// what is marked so; the abstract members are called outside of it.
/// </summary>
internal abstract class PooledCall(WorkerPool pool, Delegate function, string? name, TaskOptions options)
{
    private byte[] _bytes = [];

    // Most calls have none of it, and hundreds of thousands of calls may wait at once.
    private Rare? _rare;
    private bool _hasToken;
    private volatile bool _isReleased;

    public WorkerPool Pool => pool;

    public TaskOptions Options => options;

    public virtual string Name => name ?? options.Name ?? FunctionName.Of(function.Method);

    /// <summary>What one run of it is called, where runs are compared.</summary>
    public virtual string NameOfRun => Name;

    /// <summary>Exceptions of its own types are rebuilt.</summary>
    public virtual Assembly FunctionAssembly => function.Method.Module.Assembly;

    /// <summary>The call's bytes. They stay until its end, for it may have to be sent again.</summary>
    public ReadOnlySpan<byte> Body => _rare?.Writer is { } writer ? writer.WrittenSpan : _bytes;

    /// <summary>A worker must have so many definitions before it can read the bytes.</summary>
    public int DefinitionCount { get; private set; }

    /// <summary>Whether its function has a token that can ask it to stop.</summary>
    public virtual bool HasToken => _hasToken;

    /// <summary>What its worker is asked for.</summary>
    public virtual CallKind Kind => CallKind.Function;

    /// <summary>Whether somebody submitted it; false for the pool's own.</summary>
    public virtual bool IsTask => true;

    /// <summary>
    /// Whether it needs a worker for itself: nothing is sent ahead of it or behind it. Among workers that run several calls at once, one
    /// whose worker has died is tried again alone: who killed it is known then, and no neighbour suffers twice.
    /// </summary>
    public virtual bool IsExclusive => options.MemoryLimit > 0 || (pool.IsShared && Deaths > 0);

    /// <summary>For how long its function may run; infinite when time counts from the submission, where a timer of its own ends it.</summary>
    public virtual TimeSpan RunLimit => options.TimeoutStart == TimeoutStart.Start ? options.Timeout : Timeout.InfiniteTimeSpan;

    /// <summary>When the call that <paramref name="worker"/> runs, this one, must be over, by the monotonic clock. Under the pool's gate.</summary>
    public virtual long DeadlineIn(PooledWorker worker)
    {
        TimeSpan limit = RunLimit;
        return limit == Timeout.InfiniteTimeSpan ? MonotonicClock.Never : Volatile.Read(ref worker.Channel.WordsOf(Number).StartedAt) + (long)(limit.TotalMilliseconds * 1_000_000) + worker.Paused.OfCall;
    }

    /// <summary>Why it is stopped at <see cref="DeadlineIn"/>.</summary>
    public virtual StopReason TimeIsOver() => StopReason.TimedOut(RunLimit);

    /// <summary>Whether its result is read fast and runs no user code: then that is done where it arrives.</summary>
    public virtual bool IsPlain => false;

    // Guarded by the pool's gate.
    public CallStage Stage { get; set; }

    public PooledWorker? Worker { get; set; }

    public long Number { get; set; }

    /// <summary>Its present attempt, as the policy knows it; null without a policy, and before it first waits.</summary>
    public PooledEntry? Entry { get; set; }

    /// <summary>The claim that it makes in its worker: its number, and how often calls had been withdrawn there when it was sent.</summary>
    public long Claim { get; set; }

    public int Failures
    {
        get => _rare?.Failures ?? 0;
        set => Extra.Failures = value;
    }

    public int Deaths
    {
        get => _rare?.Deaths ?? 0;
        set => Extra.Deaths = value;
    }

    public StopReason? Stop
    {
        get => _rare?.Stop;
        set
        {
            if (value is not null || _rare is not null)
            {
                Extra.Stop = value;
            }
        }
    }

    /// <summary>Whether it has its key, which its end gives back.</summary>
    public bool HasKey
    {
        get => Volatile.Read(ref Extra.HasKey) != 0;
        set => Volatile.Write(ref Extra.HasKey, value ? 1 : 0);
    }

    /// <summary>A token that its function holds was cancelled by its owner.</summary>
    public bool IsTokenCancelled
    {
        get => _rare is { IsTokenCancelled: true };
        set => Extra.IsTokenCancelled = value;
    }

    /// <summary>What its worker reports while it runs; null when its function has nothing to report to.</summary>
    public ReportQueue? Reports => _rare?.Reports;

    /// <summary>The same, made where there is none. By the dispatcher thread only.</summary>
    public ReportQueue ReportsOrNew => Extra.Reports ??= new ReportQueue();

    /// <summary>Who watches it, and the context that goes with it; null when nobody and none.</summary>
    public TaskTrace? Trace => _rare?.Trace;

    private Rare Extra => _rare ?? Interlocked.CompareExchange(ref _rare, new Rare(), null) ?? _rare;

    /// <summary>Writes the call, in the submitter's stack: what cannot travel is refused here.</summary>
    /// <exception cref="CannotTravelException">The function or an argument cannot travel.</exception>
    public void Encode(object?[] arguments, ValueCodec codec)
    {
        const int Largest = 64 * 1024;
        PayloadWriter writer = CallWriter.Take();
        TaskTrace? trace = IsTask ? TaskTrace.Start(pool.Identity, isRemote: true, this, static call => call.Name) : null;
        try
        {
            if (trace is not null)
            {
                Extra.Trace = trace;
            }

            CallBody.WriteFunction(writer, function, arguments, codec, pool.Functions, Kind, trace);
            DefinitionCount = pool.Functions.DefinitionCount;
            _hasToken = writer.Tokens is not null;
            foreach (object? argument in arguments)
            {
                _hasToken |= argument is CancellationToken;
            }

            if (writer.Tokens is { } tokens)
            {
                Extra.Tokens = [.. tokens];
                Register(tokens);
            }
            if (writer.Receivers is { } receivers)
            {
                Extra.Reports = new ReportQueue(receivers);
            }
        }
        catch
        {
            trace?.Abandon();
            writer.Abandon();
            throw;
        }

        if (writer.WrittenCount > Largest)
        {
            // Not copied: the buffer itself stays with the call.
            Extra.Writer = writer;
            return;
        }

        _bytes = writer.WrittenSpan.ToArray();
        CallWriter.GiveBack(writer);
    }

    /// <summary>Takes what another call has written.</summary>
    public void EncodeAs(PooledCall other)
    {
        _bytes = other.Body.ToArray();
        DefinitionCount = other.DefinitionCount;
        _hasToken = other._hasToken;
        if (other._rare?.Tokens is { } tokens)
        {
            Extra.Tokens = tokens;
            Register(tokens);
        }
    }

    /// <summary>Reads the value and ends with it. What it throws fails the call.</summary>
    public abstract void OnReturned(ref PayloadReader reader);

    public abstract void OnFailed(Exception error);

    public abstract void OnCancelled(CancellationToken token);

    /// <summary>Values that it sent while it runs, on the dispatcher thread. The body is valid during the call only.</summary>
    public virtual void OnItems(ReadOnlySpan<byte> body, Channel channel)
    {
    }

    /// <summary>It is about to be put into a worker's ring. Under the pool's gate.</summary>
    public virtual void OnSending(PooledWorker worker)
    {
    }

    /// <summary>The worker that ran it has ended, and its shared words can still be read. Under the pool's gate.</summary>
    public virtual void OnWorkerGone(PooledWorker worker)
    {
    }

    /// <summary>Whether this failure is worth another attempt. User code may run.</summary>
    public virtual bool ShouldRetry(Exception error) =>
        Failures < options.Retries.Count && (options.Retries.ShouldRetry?.Invoke(error) ?? error is WorkerDiedException { IsQuarantined: false });

    /// <summary>The cancelled one of the tokens that its function holds; none when none is.</summary>
    public CancellationToken CancelledToken()
    {
        if (_rare is not { } rare)
        {
            return CancellationToken.None;
        }

        lock (rare)
        {
            return rare.Registrations.Find(static registration => registration.Token.IsCancellationRequested).Token;
        }
    }

    /// <summary>Ends the call's interest in tokens and clocks, and lets its bytes go. Any number of times.</summary>
    public void Release()
    {
        _bytes = [];
        _isReleased = true;

        // Full fence between the flag and the look at the watches: pairs with Extra, which makes their place before Keep looks at the flag.
        Interlocked.MemoryBarrier();
        if (_rare is not { } rare)
        {
            return;
        }

        rare.Trace?.Abandon();
        lock (rare)
        {
            rare.Limit?.Dispose();
            rare.Retry?.Dispose();
            foreach (CancellationTokenRegistration registration in rare.Registrations)
            {
                // Not Dispose: it would wait for a callback that may wait for the gate.
                registration.Unregister();
            }
        }

        Interlocked.Exchange(ref rare.Writer, null)?.Dispose();
        if (Interlocked.Exchange(ref rare.HasKey, 0) != 0)
        {
            pool.OnKeyLeft(options.Key!);
        }
    }

    /// <summary>
    /// What ends it beside its function: its own token, and a time that counts from now. Called once it can be found by
    /// <see cref="WorkerPool.Stop"/>; by then it may be over already.
    /// </summary>
    public void Watch()
    {
        if (options.CancellationToken.CanBeCanceled)
        {
            Keep(options.CancellationToken.UnsafeRegister(
                static (call, token) => ((PooledCall)call!).Pool.Stop((PooledCall)call, StopReason.Cancelled(token)), this));
        }

        if (options.TimeoutStart == TimeoutStart.Submission && options.Timeout != Timeout.InfiniteTimeSpan)
        {
            Keep(ref Extra.Limit, pool.Options.TimeProvider.CreateTimer(
                static call => ((PooledCall)call!).Pool.Stop((PooledCall)call, StopReason.TimedOut(((PooledCall)call).Options.Timeout)),
                this,
                options.Timeout,
                Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>Starts it again after a moment.</summary>
    public void RetryAfter(TimeSpan wait, Action<PooledCall> retry)
    {
        var state = new Tuple<PooledCall, Action<PooledCall>>(this, retry);
        Keep(ref Extra.Retry, pool.Options.TimeProvider.CreateTimer(
            static state =>
            {
                (PooledCall call, Action<PooledCall> retry) = (Tuple<PooledCall, Action<PooledCall>>)state!;
                retry(call);
            },
            state,
            wait,
            Timeout.InfiniteTimeSpan));
    }

    private void Register(IReadOnlyList<CancellationToken>? tokens)
    {
        foreach (CancellationToken token in tokens ?? [])
        {
            Keep(token.UnsafeRegister(static call => ((PooledCall)call!).Pool.CancelToken((PooledCall)call), this));
        }
    }

    // Made outside of the lock, for a token that is cancelled already calls back at once; dropped again if the call is over.
    private void Keep(CancellationTokenRegistration registration)
    {
        Rare rare = Extra;
        lock (rare)
        {
            if (!_isReleased)
            {
                rare.Registrations.Add(registration);
                return;
            }
        }

        registration.Unregister();
    }

    private void Keep(ref ITimer? place, ITimer timer)
    {
        lock (Extra)
        {
            (place, ITimer? done) = (timer, place);
            done?.Dispose();
            if (_isReleased)
            {
                timer.Dispose();
            }
        }
    }

    // The registrations and timers are guarded by the object itself.
    private sealed class Rare
    {
        public PayloadWriter? Writer;
        public IReadOnlyList<CancellationToken>? Tokens;
        public readonly List<CancellationTokenRegistration> Registrations = [];
        public ITimer? Limit;
        public ITimer? Retry;
        public StopReason? Stop;
        public ReportQueue? Reports;
        public TaskTrace? Trace;
        public int Failures;
        public int Deaths;
        public bool IsTokenCancelled;
        public int HasKey;
    }
}
