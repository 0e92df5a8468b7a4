using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Which processes and units of a memory still exist, by what the kernel says: a pidfd whose process was compared with the recorded
/// start time. A process of another pid namespace cannot be judged by its number, and counts as alive.
/// </summary>
internal sealed unsafe class Liveness(ScopeMemory memory)
{
    // Guarded by itself; by the participant. A pidfd for every process that was ever asked about and has not been buried.
    private readonly Dictionary<int, Descriptor> _known = [];

    /// <summary>Whether the process that has, or had, this participant number exists.</summary>
    public bool IsAlive(uint participant)
    {
        if (participant == memory.Own)
        {
            return true;
        }

        if (!memory.IsCurrent(participant))
        {
            return false;
        }

        return !memory.IsShared || !HasEnded(participant);
    }

    /// <summary>Whether the unit that has, or had, this tag exists.</summary>
    public bool IsUnitAlive(uint tag)
    {
        AgentRecord* record = memory.Agent(tag & 0xFFFF);
        if (((record->Generation << 16) & 0x7FFF_0000) != (tag & 0x7FFF_0000) || Volatile.Read(ref record->State) != AgentRecord.Live)
        {
            return false;
        }

        return record->Participant == memory.Own ? Agents.IsAlive(memory, tag & 0xFFFF) : IsAlive(record->Participant) && HasThread(record);
    }

    /// <summary>Frees what the owner of an object left behind if it is gone.</summary>
    public void BuryOwner(uint index)
    {
        uint tag = Shared.Load(ref memory.Object(index)->State) & ~ObjectRecord.WaitersBit;
        if (tag == 0 || IsUnitAlive(tag))
        {
            return;
        }

        AgentRecord* record = memory.Agent(tag & 0xFFFF);
        uint generation = record->Generation;
        uint participant = record->Participant;
        if (memory.TagOf(tag & 0xFFFF) != tag || memory.Agent(tag & 0xFFFF)->State == AgentRecord.Free)
        {
            // Its record went to another already: it died between two stores, when only this word named it.
            Recovery.AbandonWord(memory, index, tag);
        }
        else if (participant != memory.Own && !IsAlive(participant))
        {
            Bury(participant);
        }
        else
        {
            Recovery.End(memory, tag & 0xFFFF, generation, tag);
        }
    }

    /// <summary>Frees what a dead process left behind. Any number of times, by any number of processes at once.</summary>
    public void Bury(uint participant)
    {
        ParticipantRecord* record = memory.Participant(participant);
        ulong occupant = Volatile.Read(ref record->Occupant);
        uint top = Volatile.Read(ref memory.Header->AgentTop);
        for (uint agent = 1; agent <= Math.Min(top, ScopeMemory.MostAgents); agent++)
        {
            AgentRecord* unit = memory.Agent(agent);
            uint generation = unit->Generation;
            if (unit->Participant == participant && Volatile.Read(ref unit->State) is AgentRecord.Live or AgentRecord.Ended)
            {
                Recovery.End(memory, agent, generation, memory.TagOf(agent));
            }
        }

        CrashPoints.Hit(CrashPoint.AgentsBuried);
        QueueRecovery.Bury(memory, participant);
        memory.Heap.Bury(participant);
        if ((uint)occupant != 0 && ScopeMemory.ParticipantNumber(participant & (ScopeMemory.MostParticipants - 1), occupant) == participant)
        {
            // The use count stays; whoever comes next raises it.
            Shared.CompareExchange(ref record->Occupant, occupant & 0xFFFF_FFFF_0000_0000, occupant);
        }

        lock (_known)
        {
            if (_known.Remove((int)participant, out Descriptor? pidFd))
            {
                DeathWatch.Forget(pidFd);
                pidFd.Dispose();
            }
        }
    }

    /// <summary>Buries every process that is gone.</summary>
    public void SweepAll()
    {
        foreach (uint participant in Others())
        {
            if (!IsAlive(participant))
            {
                Bury(participant);
            }
        }
    }

    /// <summary>Buries a process that the caller knows to be dead, by its number in our pid namespace, which it must still occupy.</summary>
    public void BuryProcess(int pid)
    {
        foreach (uint participant in Others())
        {
            ParticipantRecord* record = memory.Participant(participant);
            if ((uint)Volatile.Read(ref record->Occupant) == (uint)pid && IsOurNamespace(record) && !IsAlive(participant))
            {
                Bury(participant);
            }
        }
    }

    /// <summary>Sees to it that the death of every other process here is noticed at once from now on.</summary>
    public void WatchAll()
    {
        foreach (uint participant in Others())
        {
            if (!IsAlive(participant))
            {
                Bury(participant);
            }
        }
    }

    private uint[] Others()
    {
        var found = new Row<uint>();
        uint top = Volatile.Read(ref memory.Header->ParticipantTop);
        for (uint i = 0; i < Math.Min(top, ScopeMemory.MostParticipants); i++)
        {
            ulong occupant = Volatile.Read(ref memory.Participant(i)->Occupant);
            uint number = ScopeMemory.ParticipantNumber(i, occupant);
            if ((uint)occupant != 0 && number != memory.Own)
            {
                found.Add(number);
            }
        }

        return found.ToArray();
    }

    private bool HasEnded(uint participant)
    {
        lock (_known)
        {
            if (_known.TryGetValue((int)participant, out Descriptor? known))
            {
                return ProcessCalls.HasEnded(known);
            }

            ParticipantRecord* record = memory.Participant(participant);
            uint occupant = (uint)Volatile.Read(ref record->Occupant);
            int pid = (int)(occupant & ~ParticipantRecord.Joining);
            bool isComplete = (occupant & ParticipantRecord.Joining) == 0;
            if (isComplete && !IsOurNamespace(record))
            {
                // Its number means nothing here. Of a memory with a name it keeps a byte locked, which says the same in every namespace.
                return memory.LockFile is { } file && !LockedFile.IsByteLocked(file, participant & (ScopeMemory.MostParticipants - 1));
            }

            if (Shared.IsInterleaved && Shared.Interleaver is { } interleaver)
            {
                ulong? simulated = interleaver.StartTimeOf(pid);
                return simulated is null || (isComplete && IsAnother(record, simulated.Value));
            }

            Descriptor? pidFd;
            try
            {
                pidFd = ProcessCalls.OpenPidFd(pid);
            }
            catch (SystemCallException)
            {
                // No descriptors left, or no such call here: not known to be dead.
                return false;
            }

            if (pidFd is null)
            {
                return true;
            }

            // Read after the descriptor was opened: if the times agree, it stands for that very process.
            ulong startTime = ProcessIdentity.Read(pid).StartTime;
            if (ProcessCalls.HasEnded(pidFd) || (isComplete && IsAnother(record, startTime)))
            {
                pidFd.Dispose();
                return true;
            }

            if (isComplete && !memory.IsObserved)
            {
                _known[(int)participant] = pidFd;
                DeathWatch.Add(pidFd, memory, participant);
            }
            else
            {
                pidFd.Dispose();
            }

            return false;
        }
    }

    // The number is a later process's.
    private static bool IsAnother(ParticipantRecord* record, ulong startTime) => startTime != 0 && record->StartTime != 0 && startTime != record->StartTime;

    private static bool IsOurNamespace(ParticipantRecord* record) =>
        record->PidNamespace == ProcessIdentity.Current.PidNamespace || record->PidNamespace == 0;

    // Flows end with their process, or say so themselves.
    private bool HasThread(AgentRecord* record)
    {
        ParticipantRecord* process = memory.Participant(record->Participant);
        if (record->ThreadId == 0 || !IsOurNamespace(process) || (memory.IsObserved && !memory.IsShared))
        {
            return true;
        }

        int pid = (int)Volatile.Read(ref process->Occupant);
        return Shared.IsInterleaved && Shared.Interleaver is { } interleaver ? interleaver.HasThread(pid, record->ThreadId) : ProcessState.HasThread(pid, record->ThreadId);
    }
}
