using System.Diagnostics.CodeAnalysis;
using Plait.Coroutines.Engine;
using Plait.Synchronization.Engine;

namespace Plait.Coroutines;

/// <content>Those that live, the thread, and the end.</content>
public sealed partial class EventLoop
{
    // Of the loop's thread, but for the count, which all read.
    private readonly List<Coroutine> _live = [];
    private int _liveCount;
    private int _foreground;

    // Interlocked.
    private int _ids;

    // A loop with a thread of its own: that thread, and what told it to end.
    private Thread? _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Coroutine? _main;
    private bool _isEnding;
    private bool _isDraining;

    /// <summary>How many live. From any thread.</summary>
    internal int CoroutineCount => Volatile.Read(ref _liveCount);

    /// <summary>Contexts that are cancelled and still in use. On the loop's thread.</summary>
    internal int Cancellations { get; set; }

    /// <summary>Waits that only coroutines of this loop can end. On the loop's thread.</summary>
    internal int InsideWaits { get; set; }

    /// <summary>Waits until all coroutines have ended that are not daemons, and ends the loop; those that have not ended in time are killed.</summary>
    /// <param name="timeout">How long to wait for them. 0 kills at once; <see cref="Timeout.InfiniteTimeSpan"/> waits as long as it takes.</param>
    /// <returns>Completes when the loop has ended: true when nothing had to be killed but daemons.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on the thread of its caller, and ends with its function.</exception>
    public async Task<bool> ShutdownAsync(TimeSpan timeout)
    {
        TimeoutScope.CheckLimit(timeout);
        ThrowIfForeignThread();
        bool isClean = true;
        _ = TryPost(new Step((Action)Drain, null, null));
        try
        {
            // Timers of the runtime take 49 days at most: more is no limit.
            await _ended.Task.WaitAsync(timeout.TotalMilliseconds < uint.MaxValue ? timeout : Timeout.InfiniteTimeSpan, _options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _ = TryPost(new Step((Action)(() => isClean = End()), null, null));
            await _ended.Task.ConfigureAwait(false);
        }

        return isClean;
    }

    /// <summary>Ends a loop that has a thread of its own: kills its coroutines, and blocks until they have ended, for <see cref="EventLoopOptions.ShutdownTimeout"/> at most. On its own thread it returns at once.</summary>
    public void Dispose()
    {
        if (_thread is null)
        {
            return;
        }

        _ = TryPost(new Step((Action)(() => End()), null, null));
        if (!IsOnLoop)
        {
            _thread.Join();
        }
    }

    /// <summary>A coroutine has ended. On the loop's thread.</summary>
    internal void OnEnded(Coroutine coroutine)
    {
        if (coroutine.Index < 0)
        {
            // Killed before the step that enters it has come.
            return;
        }

        Coroutine last = _live[^1];
        _live[coroutine.Index] = last;
        last.Index = coroutine.Index;
        _live.RemoveAt(_live.Count - 1);
        Volatile.Write(ref _liveCount, _live.Count);
        if (!coroutine.IsDaemon)
        {
            _foreground--;
        }

        if (_isEnding)
        {
            _isOver |= _live.Count == 0;
        }
        else if (coroutine == _main || (_isDraining && _foreground == 0))
        {
            End();
        }
    }

    /// <summary>An error that nobody awaits.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a handler throws is told, and the loop goes on.")]
    internal void Tell(Coroutine? coroutine, Exception error)
    {
        if (UnhandledException is { } handlers)
        {
            try
            {
                handlers(this, new CoroutineFailedEventArgs(coroutine, error));
                return;
            }
            catch (Exception thrown)
            {
                error = new AggregateException("A handler of EventLoop.UnhandledException threw.", error, thrown);
            }
        }

        try
        {
            Console.Error.WriteLine($"Unhandled exception in {(coroutine is null ? "a callback" : $"coroutine '{coroutine.Name}'")} of event loop '{Name}': {error}");
        }
        catch (IOException)
        {
            // Standard error is closed: there is nobody left to tell.
        }
    }

    /// <summary>Starts a coroutine that was made for this loop. From any thread.</summary>
    /// <exception cref="EventLoopClosedException">The loop has ended, or is about to.</exception>
    internal void Begin(Coroutine coroutine)
    {
        if (!IsOnLoop)
        {
            // Entered among the living by the step that begins it.
            Post(new Step(AddForeign, coroutine, coroutine));
            return;
        }

        if (_isEnding && _live.Count == 0)
        {
            throw new EventLoopClosedException(Name);
        }

        Add(coroutine);
        Enqueue(coroutine.FirstStep());
    }

    private static readonly Action<object?> AddForeign = static state =>
    {
        var coroutine = (Coroutine)state!;
        coroutine.Loop.Enter(coroutine).Invoke();
    };

    // What remains to be done with one from outside: its first step, which does nothing for one that was killed meanwhile.
    private Step Enter(Coroutine coroutine)
    {
        if (coroutine.IsAlive)
        {
            Add(coroutine);
        }

        return coroutine.FirstStep();
    }

    private void Add(Coroutine coroutine)
    {
        coroutine.Index = _live.Count;
        _live.Add(coroutine);
        Volatile.Write(ref _liveCount, _live.Count);
        if (!coroutine.IsDaemon)
        {
            _foreground++;
        }

        if (_isEnding)
        {
            coroutine.Kill();
        }
    }

    private static void ThrowIfNested()
    {
        if (Current is { } other)
        {
            throw new InvalidOperationException($"Event loop '{other.Name}' runs on this thread already: spawn a coroutine there instead.");
        }
    }

    private void ThrowIfForeignThread()
    {
        if (_thread is null)
        {
            throw new InvalidOperationException($"Event loop '{Name}' runs on its caller's thread, and ends when the function it was given has ended.");
        }
    }

    // Nothing is set for later, and all wait for each other. A loop with a thread of its own waits for what others bring.
    private void ThrowIfStuck()
    {
        if (_main is null || InsideWaits < _live.Count || _wheel.Count != 0 || !_foreign.IsEmpty)
        {
            return;
        }

        foreach (Coroutine coroutine in _live)
        {
            if (!coroutine.WaitsOnlyInside())
            {
                return;
            }
        }

        throw new CoroutineDeadlockException(Name, [.. _live.OrderBy(static coroutine => coroutine.Id).Select(static coroutine => $"'{coroutine.Name}' waits for {coroutine.WaitText()}")]);
    }

    private void StartThread()
    {
        _thread = new Thread(() =>
        {
            try
            {
                RunHere();
            }
            finally
            {
                _ended.TrySetResult();
            }
        })
        {
            Name = Name,
            IsBackground = true,
        };
        _thread.Start();
    }

    private void RunUntilEnd(Coroutine main)
    {
        _main = main;
        RunHere();
        if (_live.Count != 0)
        {
            string left = string.Join(", ", _live.Take(5).Select(static coroutine => coroutine.Name));
            throw new TimeoutException($"{_live.Count} coroutines of event loop '{Name}' were killed and have not ended within {_options.ShutdownTimeout.TotalSeconds:0.###} s: {left}.");
        }
    }

    private void RunHere()
    {
        SynchronizationContext? outer = SynchronizationContext.Current;

        // What the caller's thread has set is for main, which has captured it, and not for what others spawn.
        ExecutionContext? flow = Beginning.StartFromNothing();
        t_current = this;
        Agents.BeginTurns();
        BlockWatch? watch = BlockWatch.Begin(this);
        try
        {
            RunCycles();
        }
        finally
        {
            watch?.Dispose();
            Close();
            t_current = null;
            Agents.EndTurns();
            if (flow is not null)
            {
                ExecutionContext.Restore(flow);
            }

            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    // Tells all that are left to end. On the loop's thread. Whether only daemons were left.
    private bool End()
    {
        bool isClean = _foreground == 0;
        if (_isEnding)
        {
            return isClean;
        }

        _isEnding = true;
        foreach (Coroutine coroutine in _live.ToArray())
        {
            coroutine.Kill();
        }

        if (_live.Count == 0)
        {
            _isOver = true;
        }
        else
        {
            SetTimer(new GiveUp(this), DeadlineAfter(_options.ShutdownTimeout));
        }

        return isClean;
    }

    private void Drain()
    {
        _isDraining = true;
        if (_foreground == 0)
        {
            End();
        }
    }

    // Nothing is taken from here on: what comes is handed back.
    private void Close()
    {
        Volatile.Write(ref _isClosed, true);

        // Between the word and the look for what came: pairs with the fence in TryPost, behind which the word is read once more.
        Interlocked.MemoryBarrier();
        DiscardForeign();
        while (!_ring.IsEmpty)
        {
            Discard(_ring.First());
            _ring.DropFirst();
        }

        foreach (Step step in _ordered?.All() ?? [])
        {
            Discard(step);
        }

        foreach (Coroutine coroutine in _live)
        {
            coroutine.Abandon();
        }

        _poller.CloseAll();
        _clock.Dispose();
        _poller.Dispose();
    }

    private void DiscardForeign()
    {
        while (_foreign.TryDequeue(out Step step))
        {
            Discard(step);
        }
    }

    // Of what came too late, coroutines that were never entered are owed an end, and so is who waits for a callback, or wants something closed.
    private static void Discard(in Step step)
    {
        if (step.Callback == (object)AddForeign)
        {
            ((Coroutine)step.State!).Abandon();
        }
        else if (step.State is OwedStep owed)
        {
            owed.Refuse();
        }
    }

    // What was killed at the end does not end.
    private sealed class GiveUp(EventLoop loop) : LoopTimer
    {
        internal override void OnExpired() => loop._isOver = true;
    }
}
