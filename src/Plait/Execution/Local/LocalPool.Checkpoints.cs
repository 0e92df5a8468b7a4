namespace Plait.Execution.Local;

/// <content>Tasks that let others have their place, and get one again: docs/design/checkpoints.md.</content>
internal sealed partial class LocalPool
{
    /// <summary>In a task, by its thread: lets another have its place if its turn is over, and comes back when it has one again.</summary>
    public void Checkpoint(LocalWorker worker)
    {
        if (!Order.IsTurnOver(worker) || !Order.TryPark(worker))
        {
            return;
        }

        _ = Notify();
        worker.Park();
    }

    /// <summary>A worker has no place from here on; false when it was given up, or nobody is left to let it come back. By the order, whose gate is held.</summary>
    public bool TryPark(LocalWorker worker)
    {
        lock (Gate)
        {
            // In a broken executor nobody would come to let it go on.
            if (worker.IsGivenUp || Broken is not null)
            {
                return false;
            }

            worker.IsParked = true;
            _parked++;
            _started--;
            return true;
        }
    }

    /// <summary>Lets a parked worker go on.</summary>
    /// <param name="parked">Which is no longer in the order.</param>
    /// <param name="instead">Who gives it its place, and is idle then; null to add one.</param>
    /// <returns>Whether the place was given away: then <paramref name="instead"/> is to sleep.</returns>
    public bool Resume(LocalWorker parked, LocalWorker? instead)
    {
        bool isGiven;
        lock (Gate)
        {
            // One that was given up runs beside the executor: it needs no place.
            isGiven = !parked.IsGivenUp && instead is not null;
            if (isGiven)
            {
                _idle.Add(instead!);
                _sleeping++;
            }

            Unpark_UnderGate(parked);
        }

        parked.Wake();
        return isGiven;
    }

    // No thread is left, and none to be had: one that is parked goes on instead. By who searches: nobody else wakes or starts anybody meanwhile.
    private bool TryRescue()
    {
        foreach (LocalWorker worker in Workers)
        {
            if (Order.TryUnpark(worker))
            {
                _ = Resume(worker, null);
                return true;
            }
        }

        return false;
    }

    private void Unpark_UnderGate(LocalWorker worker)
    {
        worker.IsParked = false;
        _parked--;

        // After the sleepers: pairs with Notify, which reads them in the other order and so never takes one thread too many for awake.
        Volatile.Write(ref _started, _started + (worker.IsGivenUp ? 0 : 1));
    }
}
