using Plait.Threads;

namespace Plait.Execution.Local;

/// <content>Threads: who searches, who sleeps, who is started, who is gone.</content>
internal sealed partial class LocalPool
{
    /// <summary>Whether a worker looks for work now. A guess: it may just have found some.</summary>
    public bool IsSearched => Volatile.Read(ref Search.Searching) != 0;

    /// <summary>A worker has nothing to do and looks around. Whether it should look for a while: one that does is enough.</summary>
    public bool BeginSearch() => Interlocked.Increment(ref Search.Searching) == 1;

    /// <summary>A worker that searched has found a task. The last one to do so sees to it that somebody looks for the next.</summary>
    public void OnFound()
    {
        if (Interlocked.Decrement(ref Search.Searching) == 0 && Order.HasWork)
        {
            _ = Notify();
        }
    }

    /// <summary>A worker that searches has found nothing.</summary>
    public LocalRest Rest(LocalWorker worker)
    {
        lock (Gate)
        {
            if (IsOver_UnderGate())
            {
                Interlocked.Decrement(ref Search.Searching);
                WakeAll_UnderGate();
                return LocalRest.Over;
            }

            _idle.Add(worker);
            _sleeping++;
        }

        // A full fence between saying so and the last look: pairs with the one in Order.Add.
        Interlocked.Decrement(ref Search.Searching);
        if (!Order.HasWork && !IsClosing)
        {
            return LocalRest.Sleep;
        }

        lock (Gate)
        {
            if (!Order.HasWork && !IsOver_UnderGate())
            {
                return LocalRest.Sleep;
            }

            // Unless another has its place by now, who then looks in its stead.
            if (_started - _sleeping < Size && _idle.Remove(worker))
            {
                _sleeping--;
                Interlocked.Increment(ref Search.Searching);
                return LocalRest.Again;
            }

            // Somebody was quicker: it is woken, and counted, or has its turn later.
            return LocalRest.Sleep;
        }
    }

    /// <summary>Runs the initializer on a new worker's thread; false when that failed, and with it the executor.</summary>
    public bool TryInitialize(LocalWorker worker)
    {
        if (Options.Initializer is not { } initializer)
        {
            return true;
        }

        try
        {
            initializer();
            return true;
        }
        catch (Exception error)
        {
            // A user's code: nothing runs in a thread that is not as it should be.
            Interlocked.Decrement(ref Search.Searching);
            Break(new ExecutorBrokenException($"The initializer of executor '{Name}' threw on thread {Name}-{worker.Number}: {error.Message}", error));
            return false;
        }
    }

    /// <summary>The thread of a worker is at its end.</summary>
    public void OnGone(LocalWorker worker)
    {
        lock (Gate)
        {
            if (!worker.IsLeft)
            {
                _started--;
                Remove_UnderGate(worker);
            }

            CheckOver_UnderGate();
        }
    }

    // Counts: a worker that is no longer there has counted into the pool's own.
    private void Remove_UnderGate(LocalWorker worker)
    {
        _workers = [.. _workers.Where(other => other != worker)];
        foreach (LocalCount what in Enum.GetValues<LocalCount>())
        {
            Interlocked.Add(ref _counts[(int)what], worker.CountOf(what));
        }

        if (worker.Clock is { } clock)
        {
            AddGoneTimes_UnderGate(clock);
        }

        Empty(worker);
    }

    private void Empty(LocalWorker worker)
    {
        while (worker.Own.Take() is { } task)
        {
            Order.Add(task, null);
        }
    }

    /// <summary>Sees to it that somebody looks for work, if nobody does. Behind a full fence. False when there is nobody and none can be made.</summary>
    private bool Notify()
    {
        if (IsSearched || Volatile.Read(ref _started) - Volatile.Read(ref _sleeping) >= Size)
        {
            return true;
        }

        if (IsTakenAtAGlance() || Interlocked.CompareExchange(ref Search.Searching, 1, 0) != 0)
        {
            return true;
        }

        LocalWorker? worker = null;
        bool isNew = false;
        bool isOver = false;
        lock (Gate)
        {
            if (_started - _sleeping >= Size)
            {
                // Every place is taken, and who has one looks again before it gives it up.
            }
            else if (_idle.Count > 0)
            {
                // The last to come: what it used is still in its processor's cache.
                worker = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                _sleeping--;
            }
            else if (Broken is null && !IsClosed)
            {
                worker = new LocalWorker(this, ++_numbers);
                isNew = true;
                _started++;
                _workers = [.. _workers, worker];
            }
            else
            {
                isOver = true;
            }
        }

        if (worker is null)
        {
            // Whoever has parked or added something meanwhile relied on this search: is there a place now?
            EndSearch(static pool => Volatile.Read(ref pool._started) - Volatile.Read(ref pool._sleeping) < pool.Size, unless: isOver);
            return true;
        }

        return isNew ? TryStart(worker) : Wake(worker);
    }

    // A worker that is awake may be about to look: one that ends short tasks, each of which brings the next. To see that costs a fraction of a
    // needless wake-up.
    private bool IsTakenAtAGlance() =>
        Volatile.Read(ref _started) != Volatile.Read(ref _sleeping) &&
        _glancesAtQueue is { } glances &&
        glances.Look(this, static pool => pool.IsSearched || !pool.Order.HasWork);

    // What is wanted is looked at after the search has ended: whoever comes later searches itself.
    private void EndSearch(Func<LocalPool, bool> isWanted, bool unless = false)
    {
        if (Interlocked.Decrement(ref Search.Searching) == 0 && Order.HasWork && (Volatile.Read(ref _sleeping) != 0 || (!unless && isWanted(this))))
        {
            _ = Notify();
        }
    }

    private static bool Wake(LocalWorker worker)
    {
        worker.Wake();
        return true;
    }

    private bool TryStart(LocalWorker worker)
    {
        try
        {
            worker.Start();
            lock (Gate)
            {
                _everStarted++;
            }

            return true;
        }
        catch (ThreadStartRefusedException)
        {
            bool isAlone;
            lock (Gate)
            {
                _started--;
                _numbers--;
                _refused++;
                Remove_UnderGate(worker);
                isAlone = _started == 0;
            }

            bool isThere = !isAlone || TryRescue();

            // Whoever has parked meanwhile relied on this search.
            EndSearch(static pool => Volatile.Read(ref pool._parked) != 0 && Volatile.Read(ref pool._started) == Volatile.Read(ref pool._sleeping));
            return isThere;
        }
    }

    private void WakeAllIfClosing_UnderGate()
    {
        if (IsClosing)
        {
            WakeAll_UnderGate();
        }
    }

    private void WakeAll_UnderGate()
    {
        // No more than there are places, unless all are to find that it is over.
        while (_idle.Count > 0 && (_started - _sleeping < Size || IsOver_UnderGate()))
        {
            LocalWorker worker = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            _sleeping--;
            Interlocked.Increment(ref Search.Searching);
            worker.Wake();
        }
    }
}
