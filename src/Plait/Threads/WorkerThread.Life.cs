using System.Runtime.ExceptionServices;
using Plait.Interop;
using Plait.Synchronization.Engine;

namespace Plait.Threads;

public partial class WorkerThread
{
    /// <summary>Starts the thread and returns when the system has made it; its function runs from then on.</summary>
    /// <exception cref="InvalidOperationException">It was started before, or it is a thread that somebody else has started.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits. The start may be tried again.</exception>
    public void Start()
    {
        Thread thread;
        lock (_gate)
        {
            if (_thread is not null || _isStarting || IsMain)
            {
                throw new InvalidOperationException($"Thread '{Name}' was started before. Create another one to run it again.");
            }

            _isStarting = true;
            thread = new Thread(Live, Options.StackSize) { Name = Name, IsBackground = _isDaemon };
        }

        bool isStarted = false;
        try
        {
            // Known to everybody before its first line runs.
            ThreadRegistry.Add(this);
            StartOrRefuse(thread);
            isStarted = true;
        }
        finally
        {
            lock (_gate)
            {
                // Null again where the thread has told meanwhile that it is there and was then refused.
                _thread = isStarted ? thread : null;
                _isStarting = false;
            }

            if (!isStarted)
            {
                ThreadRegistry.Remove(this);
            }
        }
    }

    /// <summary>Seam for tests of refusals: how a thread is asked of the runtime.</summary>
    internal static Action<Thread> StartNative { get; set; } = static thread => thread.Start();

    private void StartOrRefuse(Thread thread)
    {
        try
        {
            StartNative(thread);
        }
        catch (Exception refused) when (refused is OutOfMemoryException or ThreadStartException)
        {
            throw Refused(refused);
        }

        if (Options.Nice == 0)
        {
            return;
        }

        _begun.Wait();
        if (_refusal is { } refusal)
        {
            thread.Join();
            _refusal = null;
            _begun.Reset();
            throw Refused(refusal);
        }
    }

    // Ours that run, without this one.
    private ThreadStartRefusedException Refused(Exception inner) => new(Name, ThreadRegistry.CountStarted() - 1, ThreadLimits.Read(), inner);

    // The thread, from its first line to its last.
    private void Live()
    {
        lock (_gate)
        {
            // The function may use this object before Start has returned.
            _thread = Thread.CurrentThread;
        }

        // A unit of its own, even where the flow that started it holds something.
        Agents.LeaveFlow();
        ThreadRegistry.Enter(this);
        if (!Begin())
        {
            return;
        }

        long start = TimeProvider.System.GetTimestamp();
        try
        {
            _value = RunWork();
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }

        End(TimeProvider.System.GetElapsedTime(start));
    }

    private bool Begin()
    {
        _nativeId = ProcessCalls.CurrentTid;
        try
        {
            if (Options.Nice != 0)
            {
                ProcessCalls.SetNice(_nativeId, Math.Clamp(ProcessCalls.GetNice(_nativeId) + Options.Nice, -20, 19));
            }
        }
        catch (SystemCallException refused)
        {
            _refusal = refused;
        }

        bool isGranted = _refusal is null;
        _begun.Set();
        return isGranted;
    }

    // A frame of its own: what the function captured is garbage as soon as it has returned.
    private object? RunWork()
    {
        if (_work is not { } work)
        {
            return RunBoxed();
        }

        _work = null;
        return work.Run(Cancellation);
    }

    private void End(TimeSpan duration)
    {
        Exception? error = _failure?.SourceException;
        bool isCancelled = error is OperationCanceledException && _isStopRequested;
        _outcome = new ThreadOutcome
        {
            Kind = error is null ? ThreadOutcomeKind.Returned : isCancelled ? ThreadOutcomeKind.Cancelled : ThreadOutcomeKind.Threw,
            Name = Name,
            NativeId = _nativeId,
            Exception = error,
            Duration = duration,
        };

        if (error is not null && !isCancelled)
        {
            if (HasResult)
            {
                _unasked = ThreadFailures.Keep(this, error);
            }
            else
            {
                ThreadFailures.Tell(this, error);
            }
        }

        // Before anybody who joins goes on: what the thread still holds is abandoned, and free.
        Agents.EndThread();
        ThreadRegistry.Remove(this);
        _ended.Set();
        UnitEnd? end;
        lock (_gate)
        {
            end = _end;
        }

        if (end is not null)
        {
            end.Set();
            Agents.EndThread();
        }

        _endedTask.SetResult();
    }
}
