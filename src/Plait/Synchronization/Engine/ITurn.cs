namespace Plait.Synchronization.Engine;

/// <summary>
/// The turn of one of several units that share a thread: the <see cref="SynchronizationContext"/> of a coroutine's step. A lower folder's view of it, so that the
/// engine knows who calls, and waits in the coroutine's own way.
/// </summary>
internal interface ITurn
{
    /// <summary>Whose turn it is.</summary>
    ITurnTaker Taker { get; }

    /// <summary>A wait of the unit, not yet begun.</summary>
    /// <param name="wait">What it waits for.</param>
    /// <param name="mayEnd">Whether a kill of the unit ends it. False: it must get what it waits for.</param>
    ITurnWait NewWait(AsyncWait wait, bool mayEnd);
}

/// <summary>Who has turns: a coroutine.</summary>
internal interface ITurnTaker
{
    string Name { get; }

    /// <summary>What gives it turns, one at a time with all others that it gives them to.</summary>
    string LoopName { get; }

    /// <summary>Its agents; null before it used a scope. By the thread it has its turns on.</summary>
    UnitAgents? Unit { get; set; }

    /// <summary>Whether the two have turns on one thread.</summary>
    bool SharesThreadWith(ITurnTaker other);
}

/// <summary>A wait of a unit that has turns.</summary>
internal interface ITurnWait
{
    /// <summary>Begins it, on the thread of the turn, once it is in the queue. It may be over by then.</summary>
    ValueTask<WaitOutcome> Begin();

    /// <summary>It is over. From any thread, once.</summary>
    void OnOver(WaitOutcome outcome);
}
