using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The async waits of this process in one memory. A grant in this process completes a wait directly; one in another process puts the
/// agent on the process's list and rings its bell, on which one thread here sleeps. The thread also looks after all waits from time
/// to time, as sleepers do for themselves. It starts with the first async wait that does not end at once.
/// </summary>
internal sealed unsafe class Dispatcher(ScopeMemory memory)
{
    private const uint Busy = 0xFFFF_FFFF;
    private const uint Last = 0xFFFF_FFFE;

    // Guarded by itself.
    private readonly Dictionary<uint, AsyncWait> _waits = [];
    private bool _isRunning;

    // Until when the thread sleeps at the latest: a wait that is to be looked after before that wakes it.
    private long _wakesAt;

    private ParticipantRecord* Own => memory.Participant(memory.Own);

    public void Enter(uint agent, AsyncWait wait)
    {
        lock (_waits)
        {
            _waits[agent] = wait;
            if (!_isRunning)
            {
                _isRunning = true;
                new Thread(Loop) { IsBackground = true, Name = "Plait waits" }.UnsafeStart();
            }
            else if (wait.NextCheck < _wakesAt)
            {
                Ring(Own);
            }
        }
    }

    public void Leave(uint agent, AsyncWait wait)
    {
        lock (_waits)
        {
            if (_waits.TryGetValue(agent, out AsyncWait? found) && found == wait)
            {
                _waits.Remove(agent);
            }
        }
    }

    /// <summary>The agent's wait has ended, by its record.</summary>
    public void Deliver(uint agent)
    {
        AgentRecord* record = memory.Agent(agent);
        uint participant = record->Participant;
        if (participant == memory.Own)
        {
            Find(agent)?.Look();
            return;
        }

        ParticipantRecord* process = memory.Participant(participant);
        if (Interlocked.CompareExchange(ref record->NextDelivery, Busy, 0) == 0)
        {
            CrashPoints.Hit(CrashPoint.DeliveryClaimed);
            uint head;
            do
            {
                head = Volatile.Read(ref process->Deliveries);
                Volatile.Write(ref record->NextDelivery, head == 0 ? Last : head);
            }
            while (Interlocked.CompareExchange(ref process->Deliveries, agent, head) != head);
            CrashPoints.Hit(CrashPoint.DeliveryListed);
        }

        Ring(process);
    }

    private void Ring(ParticipantRecord* process)
    {
        Interlocked.Increment(ref process->Bell);
        Shared.Wake(&process->Bell, 1, memory.IsShared);
    }

    private AsyncWait? Find(uint agent)
    {
        lock (_waits)
        {
            return _waits.GetValueOrDefault(agent);
        }
    }

    private void Loop()
    {
        ParticipantRecord* own = Own;
        var due = new List<AsyncWait>();
        while (true)
        {
            // Read before the look: a ring after it makes the sleep below end at once.
            uint bell = Volatile.Read(ref own->Bell);
            TakeDeliveries(own);
            long now = Shared.Now;
            long next = MonotonicClock.Never;
            lock (_waits)
            {
                // Who enters from here on rings, until it is known when the sleep will end.
                _wakesAt = MonotonicClock.Never;
                foreach (AsyncWait wait in _waits.Values)
                {
                    if (wait.NextCheck <= now)
                    {
                        due.Add(wait);
                    }
                    else
                    {
                        next = Math.Min(next, wait.NextCheck);
                    }
                }
            }

            foreach (AsyncWait wait in due)
            {
                wait.CheckUp(now);
                next = Math.Min(next, wait.NextCheck);
            }

            due.Clear();
            lock (_waits)
            {
                _wakesAt = next;
            }

            _ = Futex.Wait(&own->Bell, bell, next, memory.IsShared);
        }
    }

    private void TakeDeliveries(ParticipantRecord* own)
    {
        uint agent = Interlocked.Exchange(ref own->Deliveries, 0);
        CrashPoints.Hit(CrashPoint.DeliveriesTaken);
        while (agent is not (0 or Last or Busy))
        {
            AgentRecord* record = memory.Agent(agent);
            uint next = Volatile.Read(ref record->NextDelivery);
            Volatile.Write(ref record->NextDelivery, 0);
            Find(agent)?.Look();
            agent = next;
        }
    }
}
