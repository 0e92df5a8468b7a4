namespace Plait.Processes.Pooling;

/// <content>Which worker gets a call: one that has nothing, one that is sent some ahead, or one that runs others at the same time.</content>
internal sealed partial class WorkerPool
{
    private bool TryPlaceIdle_UnderGate(PooledCall call)
    {
        while (_idle.TryPeek(out PooledWorker? worker))
        {
            if (worker.State != WorkerState.Idle)
            {
                // It ended, or was given work past this list.
                Unlist_UnderGate();
                continue;
            }

            if (!Place_UnderGate(call, worker))
            {
                return false;
            }

            Unlist_UnderGate();
            return true;
        }

        return false;
    }

    private void Unlist_UnderGate() => _idle.Pop().IsListedIdle = false;

    // Above so many workers the search for room would cost a submission more than the wait it saves.
    private const int MostSearched = 64;

    // Workers whose calls are short get some ahead, so that they need not wait for each other's messages.
    private bool TryPlaceBehind_UnderGate(PooledCall call)
    {
        if (call.IsExclusive || _workers.Count > MostSearched)
        {
            return false;
        }

        foreach (PooledWorker worker in _workers)
        {
            if (worker.State == WorkerState.Busy && HasRoom_UnderGate(worker) && Place_UnderGate(call, worker))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>In a worker that has nothing else, or where workers are shared beside as few others as can be.</summary>
    private bool TryPlaceFree_UnderGate(PooledCall call) =>
        TryPlaceIdle_UnderGate(call) || (!call.IsExclusive && Roomiest_UnderGate() is { } worker && Place_UnderGate(call, worker));

    /// <summary>Of the shared workers with room that have calls the one with the fewest; null where there is none.</summary>
    private PooledWorker? Roomiest_UnderGate()
    {
        if (!IsShared)
        {
            return null;
        }

        PooledWorker? best = null;
        foreach (PooledWorker worker in _workers)
        {
            if (worker.State == WorkerState.Busy && (best is null || worker.Outstanding < best.Outstanding) && HasRoom_UnderGate(worker))
            {
                best = worker;
            }
        }

        return best;
    }

    private bool HasRoom_UnderGate(PooledWorker worker)
    {
        if (worker.IsReserved || worker.IsGone || worker.Ending is not null || worker.Outstanding >= worker.Window || (worker.Stops.Count > 0 && !IsShared))
        {
            return false;
        }

        return Options.MaxTasksPerWorker == 0 || worker.TasksDone + worker.Outstanding < Options.MaxTasksPerWorker;
    }

    /// <summary>Gives a worker from the queue what it may have.</summary>
    private void Feed_UnderGate(PooledWorker worker)
    {
        if (_slices is not null)
        {
            // Who has a slice is not for the worker to say: see Schedule_UnderGate.
            TellRoom_UnderGate();
            return;
        }

        while (HasRoom_UnderGate(worker) && _queue.TryTake(out PooledCall call))
        {
            if ((call.IsExclusive && worker.Outstanding > 0) || !Place_UnderGate(call, worker))
            {
                _queue.Return(call);
                break;
            }
        }

        TellRoom_UnderGate();
    }

    private bool HasIdle_UnderGate()
    {
        while (_idle.TryPeek(out PooledWorker? worker))
        {
            if (worker.State == WorkerState.Idle)
            {
                return true;
            }

            Unlist_UnderGate();
        }

        return false;
    }

    /// <summary>Gives the places that are free to those that wait.</summary>
    private void FeedFree_UnderGate()
    {
        if (_slices is not null)
        {
            Schedule_UnderGate();
            TellRoom_UnderGate();
            return;
        }

        // Asked for only where there is a place: a policy notes who is taken.
        while (_queue.Count > 0 && (HasIdle_UnderGate() || Roomiest_UnderGate() is not null) && _queue.TryTake(out PooledCall call))
        {
            if (!TryPlaceFree_UnderGate(call))
            {
                _queue.Return(call);
                break;
            }
        }

        TellRoom_UnderGate();
    }
}
