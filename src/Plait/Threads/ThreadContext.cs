using Plait.Synchronization.Engine;

namespace Plait.Threads;

/// <summary>
/// Keeps an async function on the thread that runs it: what follows an await is posted here and run by the thread, which
/// does nothing else until the function's task has ended. What is posted after that goes to the thread pool.
/// </summary>
internal sealed partial class ThreadContext : SynchronizationContext
{
    // A condition variable of the runtime: Monitor.Wait and Pulse need an object of their own kind.
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _work = new();
    private bool _isTaskOver;
    private bool _isClosed;

    private readonly Thread _thread = Thread.CurrentThread;

    private ThreadContext()
    {
    }

    /// <summary>Calls the function and blocks until its task has ended. The task is returned as it ended.</summary>
    /// <param name="function">The function.</param>
    /// <param name="onReturn">Called whenever it comes back from an await, on its thread.</param>
    public static TTask Run<TTask>(Func<TTask> function, Action? onReturn = null)
        where TTask : Task
    {
        SynchronizationContext? previous = Current;
        var context = new ThreadContext();
        SetSynchronizationContext(context);
        try
        {
            TTask task = function() ?? throw new InvalidOperationException("The async function returned null instead of a task.");
            context.RunUntilOver(task, onReturn);
            return task;
        }
        finally
        {
            SetSynchronizationContext(previous);
            context.Close();
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        (TaskEnd? Sleep, long Turn) asleep;
        lock (_gate)
        {
            if (_isClosed)
            {
                base.Post(d, state);
                return;
            }

            _work.Enqueue((d, state));
            asleep = Wake_UnderGate();
        }

        asleep.Sleep?.Set(asleep.Turn);
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Thread.CurrentThread == _thread)
        {
            d(state);
            return;
        }

        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            _ =>
            {
                try
                {
                    d(state);
                    sent.SetResult();
                }
                catch (Exception error)
                {
                    sent.SetException(error);
                }
            },
            null);
        sent.Task.GetAwaiter().GetResult();
    }

    private void RunUntilOver(Task task, Action? onReturn)
    {
        if (!task.IsCompleted)
        {
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
            {
                (TaskEnd? Sleep, long Turn) asleep;
                lock (_gate)
                {
                    _isTaskOver = true;
                    asleep = Wake_UnderGate();
                }

                asleep.Sleep?.Set(asleep.Turn);
            });
            while (TakeNext() is var (callback, state))
            {
                onReturn?.Invoke();
                RunOne(callback, state);
            }
        }
    }

    // What an async void method or a foreign callback throws arrives here: told, and the function goes on.
    private static void RunOne(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
        catch (Exception error)
        {
            ThreadFailures.Tell(WorkerThread.Current, error);
        }
    }

    private (SendOrPostCallback Callback, object? State)? TakeNext()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_isTaskOver && _work.Count == 0 && !IsAwaitKnown)
                {
                    Monitor.Wait(_gate);
                }

                if (_isTaskOver)
                {
                    return null;
                }

                if (_work.TryDequeue(out (SendOrPostCallback Callback, object? State) next))
                {
                    return next;
                }
            }

            if (SleepKnown(_awaited!) is { } given)
            {
                return given;
            }
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        foreach ((SendOrPostCallback callback, object? state) in _work)
        {
            base.Post(callback, state);
        }
    }
}
