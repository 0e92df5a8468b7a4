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
    ItemClaimed = 32,

    /// <summary>The worker has read a call; it has not claimed it.</summary>
    CallReceived = 33,

    /// <summary>An object's guard is taken; nothing is changed yet.</summary>
    GuardTaken = 34,

    /// <summary>The guard of a dead one is taken over; nothing is repaired yet.</summary>
    GuardInherited = 35,

    /// <summary>In a repair: the queue is made again; the object is not yet repaired.</summary>
    QueueRebuilt = 36,

    /// <summary>In a repair: what was half done is finished or undone; nothing is granted yet.</summary>
    ObjectRepaired = 37,

    /// <summary>What is about to be taken is published; the guard is not yet taken.</summary>
    PendingPublished = 38,

    /// <summary>The lock is taken, by its word or under the guard; the hold is not entered.</summary>
    WordTaken = 39,

    /// <summary>The waiter's word says that it waits; its record does not yet say what for.</summary>
    WaitPrepared = 40,

    /// <summary>The record says what it waits for; it is not linked into the queue.</summary>
    WaitPublished = 41,

    /// <summary>The queue's links lead to the waiter from one side only.</summary>
    QueueLinking = 42,

    /// <summary>The guard is left after the look at the object, with a wait or without; what was pending is not taken down.</summary>
    QueueEntered = 43,

    /// <summary>The waiter is about to fall asleep.</summary>
    WaitSleeping = 44,

    /// <summary>The queue's links lead past the waiter from one side only.</summary>
    QueueUnlinking = 45,

    /// <summary>The waiter is out of the queue; its word does not yet say how the wait ended.</summary>
    WaitUnlinked = 46,

    /// <summary>The waiter's word says how its wait ended; nobody has woken it.</summary>
    WaitEnded = 47,

    /// <summary>The guard is left; those whose waits ended are not yet woken.</summary>
    WakingWaiters = 48,

    /// <summary>The waiter knows how its wait ended; its word does not yet say so.</summary>
    WaitAcknowledging = 49,

    /// <summary>The waiter's word is idle; its record still names the object.</summary>
    WaitAcknowledged = 50,

    /// <summary>A wait is given up: it is out of the queue, and its word still says that it waits.</summary>
    WaitWithdrawn = 51,

    /// <summary>A wait is given up: its word is idle, and its record still names the object.</summary>
    WaitIdle = 52,

    /// <summary>A wait is given up: nothing says any more that it was; the object has not been told.</summary>
    WaitForgotten = 53,

    /// <summary>The word of a lock is free or the next one's; nobody in the queue has been told.</summary>
    WordReleased = 54,

    /// <summary>The word of an object names the next one, or is free for it; it has not been told.</summary>
    WordGranted = 55,

    /// <summary>The first waiter is told to try; it is not woken.</summary>
    WaiterPoked = 56,

    /// <summary>A release to waiters is over, but for the hold's entry.</summary>
    LockReleased = 57,

    /// <summary>The hold is entered; the wait for it is not acknowledged.</summary>
    HoldEntered = 58,

    /// <summary>The new holder has seen that its predecessor died; the report is not taken down.</summary>
    ReportTaking = 59,

    /// <summary>The word names the process; the hold is still the unit's.</summary>
    WordHandedOver = 60,

    /// <summary>The hold is entered for the process, and still for the unit.</summary>
    HoldCopied = 61,

    /// <summary>The journal says that the hold is the process's; it is still entered for the unit.</summary>
    HoldMoved = 62,

    /// <summary>The journal's detail is written; nothing is begun.</summary>
    JournalPrepared = 63,

    /// <summary>A change of a count is decided; the count is as before.</summary>
    JournalBegun = 64,

    /// <summary>The count is changed; the hold or the grant is not.</summary>
    JournalCounted = 65,

    /// <summary>A journalled change is complete; the journal still says that it goes on.</summary>
    JournalEnding = 66,

    /// <summary>A writer's hold is entered; the word is still free.</summary>
    WriterEntering = 67,

    /// <summary>An event is set; nobody in its queue has passed.</summary>
    EventSet = 68,

    /// <summary>A signal is counted; nobody in the queue has passed.</summary>
    SignalCounted = 69,

    /// <summary>Permits have come back; nobody in the queue has been given one.</summary>
    PermitsGiven = 70,

    /// <summary>A waiter is in the condition's queue and has released the lock; it does not sleep yet.</summary>
    ConditionReleased = 71,

    /// <summary>A notified waiter has noted that it is; its wait is not acknowledged.</summary>
    NotificationNoted = 72,

    /// <summary>A notified waiter is in no queue; it has not asked for the lock.</summary>
    ConditionRegaining = 73,

    /// <summary>A notified waiter has its lock again; the notification is still noted.</summary>
    ConditionRegained = 74,

    /// <summary>The last party is about to run the action.</summary>
    BarrierActing = 75,

    /// <summary>All of the round have been told; the next one has not begun.</summary>
    RoundGranted = 76,

    /// <summary>The barrier is marked as broken; those who wait have not been told.</summary>
    BarrierBroken = 77,

    /// <summary>The barrier is broken and everybody told; it still names who acts.</summary>
    BarrierRefused = 78,

    /// <summary>An async waiter is claimed for delivery; it is in no list.</summary>
    DeliveryClaimed = 79,

    /// <summary>An async waiter is in its process's list; the bell is not rung.</summary>
    DeliveryListed = 80,

    /// <summary>The process has taken its list; it has looked at none of them.</summary>
    DeliveriesTaken = 81,

    /// <summary>In a recovery: the dead unit's record is marked; nothing of it is freed.</summary>
    AgentEnded = 82,

    /// <summary>In a recovery: what the dead one was granted is taken back; its record still names the object.</summary>
    GrantTakenBack = 83,

    /// <summary>In a recovery: what the dead one was granted is entered as its hold; the wait is still there.</summary>
    HoldAdopted = 84,

    /// <summary>In a recovery: the dead one's wait is gone; the hold that came of it is not given back.</summary>
    HoldTakenBack = 85,

    /// <summary>In a recovery: another is notified in the dead one's place; the dead one's note is still there.</summary>
    NotificationPassedOn = 86,

    /// <summary>In a recovery: the object says who abandoned it; it is not free yet.</summary>
    AbandonmentNoted = 87,

    /// <summary>In a recovery: one of the dead one's holds is dealt with; the guard is not left.</summary>
    HoldAbandoned = 88,

    /// <summary>In a recovery: nothing is left of the dead unit but its record.</summary>
    AgentCleared = 89,

    /// <summary>The record of a unit that is gone is marked as free; it is not in the list of free ones.</summary>
    AgentFreed = 90,

    /// <summary>In a recovery: all units of the dead process are gone; its slot is still taken.</summary>
    AgentsBuried = 91,

    /// <summary>A record is taken for a new unit; it does not say so yet.</summary>
    AgentTaken = 92,

    /// <summary>A new unit's record is complete; the guard of the allocation is not left.</summary>
    AgentPublished = 93,

    /// <summary>A slot is taken for a process that comes; it is not filled.</summary>
    ParticipantJoining = 94,

    /// <summary>A record is taken for a new primitive; it has no kind yet.</summary>
    ObjectTaken = 95,

    /// <summary>The waiter knows that it was granted its wish; the hold is not entered.</summary>
    GrantSeen = 96,

    /// <summary>The heap has grown by a block; nobody has the block.</summary>
    HeapExtended = 97,

    /// <summary>A block is out of the list of free ones; it has no owner yet.</summary>
    BlockTaken = 98,

    /// <summary>A block is free; it is not in the list.</summary>
    BlockFreed = 99,

    /// <summary>In a recovery: a block of a dead process is free again; others of it may not be.</summary>
    BlockBuried = 100,

    /// <summary>An item is in a block; no queue has it.</summary>
    BlockFilled = 101,

    /// <summary>A block of an item is the getter's; the item is still in the queue.</summary>
    BlockOwned = 102,

    /// <summary>An item is in its slot; it does not count.</summary>
    ItemWritten = 103,

    /// <summary>An item of a priority queue is there; it is not in the order.</summary>
    ItemArrived = 104,

    /// <summary>An item counts; the guard is not left, and nobody is told.</summary>
    ItemPut = 105,

    /// <summary>An item is copied out; it is still in the queue.</summary>
    ItemRead = 106,

    /// <summary>An item of a priority queue is not there any more; it is still in the order.</summary>
    ItemLeft = 107,

    /// <summary>An item has been got; the guard is not left, and nobody is told.</summary>
    ItemGot = 108,

    /// <summary>An item that had come back belongs to the next one; it is still in the list.</summary>
    ItemTakenAgain = 109,

    /// <summary>In a recovery: an item of a dead holder is to come back; it is not in the list.</summary>
    ItemReturning = 110,

    /// <summary>In a recovery: an item is back; the guard is not left.</summary>
    ItemReturned = 111,

    /// <summary>In a recovery: what the dead one had in its hands is counted.</summary>
    HandBuried = 112,

    /// <summary>What is to be counted as done is written down, but not that it is.</summary>
    WorkPrepared = 113,

    /// <summary>It is decided that items are done; nothing is counted.</summary>
    WorkBegun = 114,

    /// <summary>Items are counted as done; what was written down is still there.</summary>
    WorkCounted = 115,

    /// <summary>A queue is shut down; nobody is told.</summary>
    QueueShut = 116,

    /// <summary>A queue's items are in a larger place; the queue is still in the old one.</summary>
    QueueGrowing = 117,

    /// <summary>A queue is in a larger place; the old one is not given back.</summary>
    QueueGrown = 118,

    /// <summary>A queue is complete; nobody knows of it.</summary>
    QueueMade = 119,

    /// <summary>A block of shared data is complete; it says nobody's count yet.</summary>
    CountedMade = 150,

    /// <summary>A process is no holder of a block any more; if it was the last, the block is not free.</summary>
    HolderLeft = 151,

    /// <summary>A block that nobody holds belongs to whoever frees it.</summary>
    CountedOwned = 152,

    /// <summary>In a recovery: what a dead process had sent is held by another until somebody receives it.</summary>
    CountedAdopted = 153,

    /// <summary>A dictionary's new value is beside the old one, which still counts.</summary>
    CellWritten = 154,

    /// <summary>A dictionary's new value counts; the guard is not left.</summary>
    CellSwitched = 155,

    /// <summary>A dictionary's new entry is complete and belongs to no process; it cannot be found.</summary>
    EntryKept = 156,

    /// <summary>A dictionary's new entry is in its chain; it is not counted, and one that it replaces belongs to nobody.</summary>
    EntryLinked = 157,

    /// <summary>A dictionary's entry is out of its chain; it belongs to nobody.</summary>
    EntryUnlinked = 158,

    /// <summary>An entry that was removed or replaced belongs to who did it; it is not free.</summary>
    EntryOwned = 159,

    /// <summary>All entries are in the chains of a larger table as well; the old one counts.</summary>
    TableFilled = 160,

    /// <summary>The larger table counts; the old one belongs to nobody.</summary>
    TableSwitched = 161,

    /// <summary>A stripe of a dictionary is empty; what was in it belongs to nobody.</summary>
    StripeCleared = 162,

    /// <summary>In a recovery: what a stripe reaches is marked; nothing is freed.</summary>
    StripeMarked = 163,

    /// <summary>In a recovery, or at a dictionary's end: a block of it that nothing leads to is free.</summary>
    StraySwept = 164,

    /// <summary>The parent has told a worker to stop for others, and has not looked whether it may.</summary>
    PoolSuspending = 170,

    /// <summary>The parent has stopped a worker for others; nobody has its slice yet.</summary>
    PoolSuspended = 171,
}
