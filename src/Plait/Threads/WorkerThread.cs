using System.Runtime.ExceptionServices;
using Plait.Interop;
using Plait.Synchronization.Engine;

namespace Plait.Threads;

/// <summary>
/// A C# function running on a thread of its own, in this process. Start one from a function with <c>WorkerThread.Start(…)</c>, or derive
/// from this class (or from <see cref="WorkerThread{TResult}"/>) and override <see cref="Run"/>. It reads like <c>ChildProcess</c>: the same
/// names mean the same, so code changes between the two in one line. What differs: memory is shared, and a thread cannot be ended by
/// force, only asked (<see cref="RequestStop"/>).
/// <para>
/// An exception that the function throws does not end the process. The thread keeps it (<see cref="Exception"/>, <c>await</c>), and
/// <see cref="UnhandledException"/> says who is told of it.
/// </para>
/// Members are safe for several threads.
/// </summary>
public partial class WorkerThread
{
    private static int s_lastId;
    private static int s_lastNumber;
    private static int s_lastForeign;

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _begun = new(initialState: false);
    private readonly ManualResetEventSlim _ended = new(initialState: false);
    private readonly TaskCompletionSource _endedTask = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private Thread? _thread;
    private CancellationTokenSource? _stop;
    private bool _isDaemon;
    private bool _isStarting;
    private bool _isStopRequested;
    private UnitEnd? _end;

    // Written by the thread itself: the first two before _begun is set, the others before _ended is.
    private int _nativeId;
    private SystemCallException? _refusal;
    private ThreadOutcome? _outcome;
    private ExceptionDispatchInfo? _failure;
    private UnaskedFailure? _unasked;
    private object? _value;

    private ThreadWork? _work;

    /// <summary>For a derived class that overrides <see cref="Run"/>. The thread is started by <see cref="Start()"/>.</summary>
    /// <param name="options">How the thread is started; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    protected WorkerThread(WorkerThreadOptions? options = null)
        : this(work: null, options)
    {
    }

    internal WorkerThread(ThreadWork? work, WorkerThreadOptions? options)
    {
        Options = options?.Copy() ?? new WorkerThreadOptions();
        Options.Validate();
        _work = work;
        Name = Options.Name is { Length: > 0 } given ? given : $"Thread-{Interlocked.Increment(ref s_lastNumber)}";
        Id = Interlocked.Increment(ref s_lastId);
        _isDaemon = Options.IsDaemon ?? ThreadRegistry.CurrentStarted?.IsDaemon ?? false;
    }

    // Of a thread that somebody else has started: the main one, when there is no Thread to be had.
    private WorkerThread(string name, int id, int nativeId, Thread? thread)
    {
        Options = new WorkerThreadOptions { Name = name };
        Name = name;
        Id = id;
        IsMain = thread is null;
        IsForeign = thread is not null;
        _thread = thread;
        _isDaemon = thread?.IsBackground ?? false;
        _nativeId = nativeId;
        _begun.Set();
    }

    /// <summary>The thread's name: in messages, debuggers and thread listings. "main" for the main thread, "foreign-N" for one that was not started by this class.</summary>
    public string Name { get; }

    /// <summary>The thread's number among all that have an object of this class in this process: 0 for the main thread, then in order of creation. Never used twice.</summary>
    public int Id { get; }

    /// <summary>.NET's number of the thread (<see cref="Environment.CurrentManagedThreadId"/> there). It may be given to another thread after this one has ended.</summary>
    /// <exception cref="InvalidOperationException">The thread has not been started.</exception>
    public int ManagedId => IsMain ? s_mainManagedId : Started().ManagedThreadId;

    /// <summary>The kernel's number of the thread, as process listings show it. Blocks, for microseconds, while a thread just started has not said it yet. It may be given to another thread after this one has ended.</summary>
    /// <exception cref="InvalidOperationException">The thread has not been started.</exception>
    public int NativeId
    {
        get
        {
            if (!_begun.IsSet)
            {
                _ = Started();
                _begun.Wait();
            }

            return _nativeId;
        }
    }

    /// <summary>Whether this is the thread that the process began with.</summary>
    public bool IsMain { get; }

    /// <summary>Whether this is a thread that was not started by this class (one of the thread pool, for example), and not the main one. Such a thread cannot be joined or asked to stop through this object.</summary>
    public bool IsForeign { get; }

    /// <summary>
    /// Whether the process ends without waiting for the thread. When the main code has returned, the process waits for threads that are no daemons;
    /// <see cref="Environment.Exit"/> waits for none. Settable before the start only.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set after the start.</exception>
    public bool IsDaemon
    {
        get
        {
            lock (_gate)
            {
                return _isDaemon;
            }
        }

        set
        {
            lock (_gate)
            {
                if (_thread is not null || _isStarting || IsMain)
                {
                    throw new InvalidOperationException($"IsDaemon of thread '{Name}' was set to {value} after its start; set it before, or in the options.");
                }

                _isDaemon = value;
            }
        }
    }

    /// <summary>Whether the thread has been started and has not ended.</summary>
    public bool IsAlive => IsMain || (Thread_OrNull() is { } thread && (IsForeign ? thread.IsAlive : !_ended.IsSet));

    /// <summary>How the thread ended; null while it has not.</summary>
    public ThreadOutcome? Outcome => _ended.IsSet ? _outcome : null;

    /// <summary>What the thread's function threw; null while it runs, and when it did not throw. Whoever reads it has seen to it: see <see cref="UnhandledException"/>.</summary>
    public Exception? Exception
    {
        get
        {
            Exception? exception = Outcome?.Exception;
            _unasked?.Observe();
            return exception;
        }
    }

    /// <summary>Completes when the thread has ended, however it ended. Never fails.</summary>
    /// <exception cref="InvalidOperationException">The thread has not been started, or not by this class.</exception>
    public Task Ended
    {
        get
        {
            _ = Joinable();
            return _endedTask.Task;
        }
    }

    internal WorkerThreadOptions Options { get; }

    /// <summary>Whether somebody is expected to ask for the function's value, and so for its exception.</summary>
    internal virtual bool HasResult => false;

    /// <summary>What the thread does, in a derived class.</summary>
    protected virtual void Run() =>
        throw new InvalidOperationException($"{GetType()} does not override Run, so thread '{Name}' has nothing to do.");

    /// <summary>Name, number and state, for messages.</summary>
    public override string ToString()
    {
        if (Thread_OrNull() is null && !IsMain)
        {
            return $"'{Name}' (not started)";
        }

        return $"'{Name}' (thread {(_begun.IsSet ? _nativeId : 0)}{(IsDaemon ? ", daemon" : string.Empty)}, {(IsAlive ? "alive" : "ended")})";
    }

    /// <summary>On the thread: runs the overridden method and returns its value.</summary>
    internal virtual object? RunBoxed()
    {
        Run();
        return null;
    }

    /// <summary>What the function returned, once the thread has ended; throws what it threw.</summary>
    internal object? TakeResult()
    {
        _unasked?.Observe();
        _failure?.Throw();
        return _value;
    }

    private Thread Started() => Thread_OrNull()
        ?? throw new InvalidOperationException($"Thread '{Name}' has not been started. Call Start() first.");

    /// <summary>The thread, if it is one whose end this object learns of.</summary>
    private Thread Joinable() => IsMain || IsForeign
        ? throw new InvalidOperationException($"Thread '{Name}' was not started as a WorkerThread: it can be looked at, but not joined, awaited or asked to stop.")
        : Started();

    private Thread? Thread_OrNull()
    {
        lock (_gate)
        {
            return _thread;
        }
    }
}
