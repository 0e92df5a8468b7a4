using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The rules of one kind of primitive, on its record alone: whoever recovers after a death has nothing else. All members run under
/// the object's guard; none throws, allocates or blocks. Each change of state is one store, or is journalled first.
/// </summary>
internal abstract unsafe class Protocol
{
    private static readonly Protocol[] All = Make();

    public static Protocol Of(ObjectKind kind) => All[Math.Min((int)kind, All.Length - 1)];

    /// <summary>Whether somebody who comes may take it although others wait.</summary>
    public virtual bool MayOvertake(ObjectRecord* target) => false;

    /// <summary>Takes what the mode asks for, for an agent outside of the queue.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="target">The object.</param>
    /// <param name="agent">Who takes.</param>
    /// <param name="mode">See <see cref="WaitMode"/>.</param>
    /// <param name="willWait">It will get into the queue if this fails, so a release must look there from now on.</param>
    public abstract bool TryTake(ScopeMemory memory, ObjectRecord* target, Agent agent, uint mode, bool willWait);

    /// <summary>Whether <see cref="LooksFree"/> knows, and who comes in vain looks for a while before it gets into the queue.</summary>
    public virtual bool Spins => false;

    /// <summary>Whether taking may succeed, as far as can be told outside of the guard.</summary>
    public virtual bool LooksFree(ScopeMemory memory, ObjectRecord* target, uint mode) => true;

    /// <summary>An agent has got into the queue: for those whose state changes without this guard.</summary>
    public virtual void Queued(ScopeMemory memory, ObjectRecord* target, ref Woken woken)
    {
    }

    /// <summary>Gives those in the queue what can be given now.</summary>
    public abstract void Grant(ScopeMemory memory, ObjectRecord* target, ref Woken woken);

    /// <summary>A waiter was taken out of the queue: it gave up, or is dead.</summary>
    public virtual void Withdrawn(ScopeMemory memory, ObjectRecord* target, ref Woken woken) => Grant(memory, target, ref woken);

    /// <summary>A waiter was granted its wish, and is dead before it could take note: what it was given goes back.</summary>
    public virtual void TakeBack(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ref Woken woken)
    {
    }

    /// <summary>A unit is gone, and this is one of its holds, or may have been. True when it was indeed held, and is free now.</summary>
    public virtual bool Abandon(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, uint tag, ulong entry, ref Woken woken) => false;

    /// <summary>Who changed it died inside the guard. The queue is made again already.</summary>
    public virtual void Repair(ScopeMemory memory, ObjectRecord* target)
    {
    }

    /// <summary>Remembers that, and by whom, it was abandoned.</summary>
    public static void NoteAbandoned(ScopeMemory memory, ObjectRecord* target, AgentRecord* dead, bool isReported)
    {
        target->AbandonedPid = dead->Participant == uint.MaxValue ? 0 : memory.PidOf(dead->Participant);
        target->Abandonments++;
        target->AbandonedParticipant = dead->Participant;
        target->AbandonedThread = dead->FlowId != 0 ? -dead->FlowId : dead->ThreadId;
        if (isReported)
        {
            Shared.Store(ref target->Flags, target->Flags | ObjectFlags.Abandoned);
        }
    }

    private static Protocol[] Make()
    {
        var all = new Protocol[(int)ObjectKind.DictionaryStripe + 1];
        var exclusive = new LockProtocol();
        Array.Fill(all, exclusive);
        all[(int)ObjectKind.Semaphore] = new SemaphoreProtocol();
        all[(int)ObjectKind.Event] = new EventProtocol();
        all[(int)ObjectKind.Unit] = all[(int)ObjectKind.Event];
        all[(int)ObjectKind.Condition] = new ConditionProtocol();
        all[(int)ObjectKind.Barrier] = new BarrierProtocol();
        all[(int)ObjectKind.ReaderWriterLock] = new ReaderWriterProtocol();
        all[(int)ObjectKind.Countdown] = new CountdownProtocol();
        all[(int)ObjectKind.QueueItems] = new QueueProtocol();
        all[(int)ObjectKind.QueueRoom] = all[(int)ObjectKind.QueueItems];
        all[(int)ObjectKind.QueueWork] = all[(int)ObjectKind.QueueItems];
        all[(int)ObjectKind.DictionaryStripe] = new DictionaryProtocol();
        return all;
    }
}
