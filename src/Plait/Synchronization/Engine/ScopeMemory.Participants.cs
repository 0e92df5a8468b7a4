using System.Text;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>The processes that use the memory.</content>
internal sealed unsafe partial class ScopeMemory
{
    private uint _watchedSequence;

    /// <summary>What this process is called in the reports of others. Set by whoever starts processes, before the first use of a scope.</summary>
    public static string ProcessName { get; set; } = "main";

    /// <summary>The slot's index in the low half, and the low half of its use count in the high half.</summary>
    public static uint ParticipantNumber(uint index, ulong occupant) => index | (uint)((occupant >> 32) << 16);

    public string DescribeParticipant(uint participant)
    {
        ParticipantRecord* record = Participant(participant);
        return Encoding.UTF8.GetString(record->Name, Math.Clamp(record->NameLength, 0, ParticipantRecord.NameBytes));
    }

    /// <summary>Whether the number still means the process that is in the slot.</summary>
    public bool IsCurrent(uint participant)
    {
        ulong occupant = Volatile.Read(ref Participant(participant)->Occupant);
        return (uint)occupant != 0 && ParticipantNumber(participant & (MostParticipants - 1), occupant) == participant;
    }

    /// <summary>The process that has the number, in its own pid namespace; 0 when that is gone and buried.</summary>
    public int PidOf(uint participant)
    {
        ulong occupant = Volatile.Read(ref Participant(participant)->Occupant);
        return ParticipantNumber(participant & (MostParticipants - 1), occupant) == participant ? (int)((uint)occupant & ~ParticipantRecord.Joining) : 0;
    }

    /// <summary>Before a sleep: the end of every process that is here is to be noticed at once.</summary>
    public void WatchParticipants()
    {
        if (IsShared && Volatile.Read(ref Header->ParticipantSequence) is uint sequence && sequence != Volatile.Read(ref _watchedSequence))
        {
            Volatile.Write(ref _watchedSequence, sequence);
            Liveness.WatchAll();
        }
    }

    private uint Join()
    {
        ProcessIdentity self = IsShared ? ProcessIdentity.Current : new ProcessIdentity(Environment.ProcessId, 0, 0);
        for (uint index = 0; index < MostParticipants; index++)
        {
            ParticipantRecord* record = Participant(index);
            ulong seen = Volatile.Read(ref record->Occupant);
            if ((uint)seen != 0)
            {
                continue;
            }

            ulong mine = ((seen >> 32) + 1) << 32 | (uint)self.Pid;
            if (Interlocked.CompareExchange(ref record->Occupant, mine | ParticipantRecord.Joining, seen) != seen)
            {
                continue;
            }

            CrashPoints.Hit(CrashPoint.ParticipantJoining);
            Fill(record, self);
            if (LockFile is { } file)
            {
                Interop.LockedFile.LockByte(file, index);
            }

            if (Interlocked.CompareExchange(ref record->Occupant, mine, mine | ParticipantRecord.Joining) != (mine | ParticipantRecord.Joining))
            {
                // Somebody of another pid namespace took it for dead: its number means nothing there. Whoever has the slot next must
                // not count as alive by our lock.
                if (LockFile is { } locked)
                {
                    Interop.LockedFile.UnlockByte(locked, index);
                }

                continue;
            }

            RaiseTo(ref Header->ParticipantTop, index + 1);
            Interlocked.Increment(ref Header->ParticipantSequence);
            return ParticipantNumber(index, mine);
        }

        throw new ScopeCapacityException($"No more than {MostParticipants} processes can use one scope at a time.");
    }

    private static void Fill(ParticipantRecord* record, ProcessIdentity self)
    {
        record->StartTime = self.StartTime;
        record->PidNamespace = self.PidNamespace;
        record->Deliveries = 0;
        record->OwnsBlocks = 0;
        byte[] name = Encoding.UTF8.GetBytes(ProcessName);
        int length = Math.Min(name.Length, ParticipantRecord.NameBytes);
        name.AsSpan(0, length).CopyTo(new Span<byte>(record->Name, ParticipantRecord.NameBytes));
        record->NameLength = length;
    }

    private static void RaiseTo(ref uint place, uint value)
    {
        uint seen = Volatile.Read(ref place);
        while (seen < value)
        {
            uint found = Interlocked.CompareExchange(ref place, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
