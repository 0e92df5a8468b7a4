namespace Plait.Memory;

/// <summary>
/// The places where a protocol may be cut by a kill, numbered. A sweep in the tests kills each side at each of them;
/// the architecture tests demand that every member is hit in the source and named in a sweep.
/// </summary>
internal enum CrashPoint
{
    None = 0,

    /// <summary>The producer is about to copy bytes into the ring.</summary>
    RingWriting = 1,

    /// <summary>Bytes are in the ring; the head is not yet moved.</summary>
    RingWritten = 2,

    /// <summary>The head is moved; nobody is woken yet.</summary>
    RingPublished = 3,

    /// <summary>The waiting flag is taken down; the bell is not yet rung.</summary>
    RingFlagTaken = 4,

    /// <summary>The bell is rung; the wake call is not yet made.</summary>
    RingBellRung = 5,

    /// <summary>The waiting flag is up; the sleep has not begun.</summary>
    RingSleeping = 6,

    /// <summary>Bytes are copied out; the tail is not yet moved.</summary>
    RingRead = 7,

    /// <summary>The tail is moved; a waiting producer is not yet woken.</summary>
    RingConsumed = 8,

    /// <summary>A block of bulk space is taken; its bytes are not yet copied.</summary>
    BulkReserved = 9,

    /// <summary>A block's bytes are in place; no message refers to it yet.</summary>
    BulkStored = 10,

    /// <summary>The receiver is done with a block; it is not yet given back.</summary>
    BulkCopied = 11,

    /// <summary>The child runs managed code; the arena is not yet mapped.</summary>
    ChildEntered = 12,

    /// <summary>The child has mapped the arena; it has not said so.</summary>
    ChildMapped = 13,

    /// <summary>The child has said that it is booted.</summary>
    ChildBooted = 14,

    /// <summary>The child has read its call; the function has not started.</summary>
    FunctionStarting = 15,

    /// <summary>The function is over; its result is not yet encoded.</summary>
    FunctionReturned = 16,

    /// <summary>The result is encoded; nothing of it is sent.</summary>
    ResultEncoded = 17,

    /// <summary>The result is sent; the child has not said that it is finished.</summary>
    ResultSent = 18,

    /// <summary>The child has said that it is finished; the process has not ended.</summary>
    ChildFinished = 19,

    /// <summary>The parent has started the process; nobody watches it yet.</summary>
    ParentSpawned = 20,

    /// <summary>The parent's supervisor watches the process; no call is sent.</summary>
    ParentWatching = 21,

    /// <summary>The parent has sent the call.</summary>
    ParentCalled = 22,

    /// <summary>The parent has read the result; it has not acted on it.</summary>
    ParentReceived = 23,

    /// <summary>The parent knows of the death; the group is not yet swept, the process not yet reaped.</summary>
    ParentReaping = 24,

    /// <summary>The worker has booted and is prepared; it has not said that it is ready.</summary>
    WorkerReady = 25,

    /// <summary>The worker has claimed a call; its function has not started.</summary>
    CallClaimed = 26,

    /// <summary>The worker has sent items of a call that goes on.</summary>
    ItemsSent = 27,

    /// <summary>The parent has chosen a worker for a call; the call is not in the worker's ring.</summary>
    PoolSending = 28,

    /// <summary>The parent has withdrawn a worker's unbegun calls; they are not back in the queue.</summary>
    PoolWithdrawn = 29,

    /// <summary>The parent has decided to end a worker; no signal is sent.</summary>
    PoolStopping = 30,

    /// <summary>The parent knows that a worker ended; its calls are not dealt with.</summary>
    PoolEnding = 31,

    /// <summary>A worker has claimed the next item of a chunk, and has not begun it.</summary>
    ItemsClaimed = 32,

    /// <summary>The worker has read a call; it has not claimed it.</summary>
    CallReceived = 33,
}
