using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Synchronization.Engine;
using Plait.Threads;

namespace Plait.Execution.Local;

/// <summary>A thread of a <see cref="LocalPool"/>: takes tasks and runs them, looks a while for more, and sleeps.</summary>
internal sealed unsafe class LocalWorker
{
    // Looks of a worker that has nothing to do, before it sleeps: together about what a sleep and its wake-up cost. The first are close together,
    // for who waits for one short task and submits the next.
    private const int Looks = 100;
    private const int CloseLooks = 64;
    private const int Pause = 8;

    [ThreadStatic]
    private static LocalWorker? t_current;

    // 0: sleep, 1: go on. In native memory, for the kernel to look at.
    private readonly uint* _word = (uint*)NativeMemory.AllocZeroed(sizeof(uint));
    private readonly long[] _counts = new long[Enum.GetValues<LocalCount>().Length];
    private ILocalTask? _current;
    private bool _isPreempted;

    public LocalWorker(LocalPool pool, int number)
    {
        Pool = pool;
        Number = number;
        Clock = pool.Slowest is { } slowest ? new ThreadStopwatch($"{pool.Name}-{number}", slowest) : null;
    }

    ~LocalWorker() => NativeMemory.Free(_word);

    /// <summary>The worker that this thread is; null elsewhere.</summary>
    public static LocalWorker? Current => t_current;

    public LocalPool Pool { get; }

    public int Number { get; }

    /// <summary>Its thread, as the system counts; 0 before that has begun.</summary>
    public int ThreadId { get; private set; }

    public LocalRing Own { get; } = new();

    /// <summary>Measures its tasks; null where nobody wants that.</summary>
    public ThreadStopwatch? Clock { get; }

    /// <summary>Turns so far: now and then another queue comes first.</summary>
    public uint Turns { get; set; }

    /// <summary>What a policy is told about that, and since when it runs.</summary>
    public LocalEntry? Entry { get; set; }

    public long Began { get; set; }

    public bool HasRun { get; set; }

    /// <summary>How long it may run from then on, and whether something more urgent has come since.</summary>
    public long Slice { get; set; }

    public bool IsPreempted
    {
        get => Volatile.Read(ref _isPreempted);
        set => Volatile.Write(ref _isPreempted, value);
    }

    /// <summary>What it has begun and waits to go on with; null when it is not parked. Guarded by the order.</summary>
    public LocalEntry? ParkedEntry { get; set; }

    /// <summary>Whether it sleeps in the middle of a task. Guarded by the pool.</summary>
    public bool IsParked { get; set; }

    /// <summary>What it runs now; null when nothing.</summary>
    public ILocalTask? Task => Volatile.Read(ref _current);

    /// <summary>Whether its function did not stop when it was asked to: the pool counts it no more, and it ends when the function does.</summary>
    public bool IsLeft { get; private set; }

    /// <summary>The same, from the moment on at which it was given up.</summary>
    public bool IsGivenUp => ReferenceEquals(Volatile.Read(ref _current), LeftTask.Instance);

    public long CountOf(LocalCount what) => Volatile.Read(ref _counts[(int)what]);

    /// <summary>The function that this thread runs is over; its future is not yet. Where it is measured.</summary>
    public static void OnRan(ILocalTask task) => t_current?.Clock?.End(task);

    /// <summary>By its own thread.</summary>
    public void Count(LocalCount what, int by) => Volatile.Write(ref _counts[(int)what], _counts[(int)what] + by);

    /// <summary>Gives the worker up if it still runs that task.</summary>
    public bool TryLeave(ILocalTask task) => Interlocked.CompareExchange(ref _current, LeftTask.Instance, task) == task;

    /// <exception cref="ThreadStartRefusedException">The system refused.</exception>
    public void Start()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            StartThread();
            return;
        }

        // The thread outlives the submission that happens to start it: it must not keep that submitter's activity and other context.
        using (ExecutionContext.SuppressFlow())
        {
            StartThread();
        }
    }

    /// <summary>Ends its sleep, the next one if it does not sleep yet.</summary>
    public void Wake()
    {
        Volatile.Write(ref *_word, 1);
        Futex.Wake(_word, 1, isShared: false);
        GC.KeepAlive(this);
    }

    private void StartThread() =>
        _ = WorkerThread.Start(Live, new WorkerThreadOptions { Name = $"{Pool.Name}-{Number}", IsDaemon = true, StackSize = Pool.Options.StackSize });

    private void Live()
    {
        t_current = this;
        ThreadId = ProcessCalls.CurrentTid;
        try
        {
            Clock?.OnStarted();
            if (Pool.TryInitialize(this))
            {
                Clock?.OnReady();
                Work();
            }
        }
        finally
        {
            t_current = null;
            TaskEnd.EndThread();
            Pool.Order.OnGone(this);
            Pool.OnGone(this);
        }
    }

    // It comes, and comes back from a sleep, counted as one that searches: whoever woke it has done that.
    private void Work()
    {
        bool isSearching = true;
        while (true)
        {
            ILocalTask? task = Pool.Order.Take(this, out LocalWorker? parked);
            if (task is not null || parked is not null)
            {
                if (isSearching)
                {
                    isSearching = false;
                    Pool.OnFound();
                }

                if (parked is not null)
                {
                    if (Pool.Resume(parked, instead: this))
                    {
                        Sleep();
                        isSearching = true;
                    }
                }
                else if (!TryRun(task!))
                {
                    return;
                }

                continue;
            }

            if (!isSearching)
            {
                isSearching = true;
                if (Pool.BeginSearch() && Look())
                {
                    continue;
                }
            }

            switch (Pool.Rest(this))
            {
                case LocalRest.Over:
                    return;
                case LocalRest.Sleep:
                    Sleep();
                    break;
            }
        }
    }

    private bool Look()
    {
        for (int i = 0; i < Looks; i++)
        {
            if (Pool.Order.HasWork)
            {
                return true;
            }

            Thread.SpinWait(i < CloseLooks ? 1 : Pause);
        }

        return false;
    }

    /// <summary>By its own thread, in a task: sleeps until it is woken, which is not work.</summary>
    public void Park()
    {
        Clock?.Pause();
        WaitForWord();
        Clock?.GoOn();
    }

    private void Sleep()
    {
        Own.Forget();
        WaitForWord();
    }

    private void WaitForWord()
    {
        while (Volatile.Read(ref *_word) == 0)
        {
            _ = Futex.Wait(_word, 0, MonotonicClock.Never, isShared: false);
        }

        Volatile.Write(ref *_word, 0);
    }

    // False when the pool has given this thread up meanwhile.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRun(ILocalTask task)
    {
        Volatile.Write(ref _current, task);
        Clock?.Begin();
        bool hasRun = task.TryRun();
        Clock?.Forget();
        if (!hasRun)
        {
            Pool.OnSkipped();
        }

        Pool.Order.OnRan(this, hasRun);
        IsLeft = Interlocked.CompareExchange(ref _current, null, task) != task;
        return !IsLeft;
    }
}
