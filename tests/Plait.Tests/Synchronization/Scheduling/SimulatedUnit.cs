using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

internal enum UnitState
{
    Ready,

    /// <summary>In a futex wait on its own word: until it is woken, or its deadline.</summary>
    Asleep,

    /// <summary>In a short sleep that nobody ends, until a word changes.</summary>
    Napping,

    /// <summary>Until somebody dies, or all others have ended.</summary>
    Watching,

    Ended,
}

/// <summary>
/// A unit of a schedule: a real thread, which runs only while it has the baton, in a process of its own as far as the scope memory
/// can tell.
/// </summary>
internal sealed unsafe class SimulatedUnit
{
    private const uint Empty = 0;
    private const uint Given = 1;
    private const uint AwaitedAsleep = 2;

    private readonly uint* _baton = (uint*)NativeMemory.AllocZeroed(64);
    private readonly List<(nint Place, int Bytes, ulong Value)> _buffer = [];
    private readonly List<(nint Place, int Bytes, ulong Value)> _before = [];

    public SimulatedUnit(int number, ScopeMemory memory, int pid, ulong startTime)
    {
        Number = number;
        Memory = memory;
        Scope = new ProcessScope(memory, 0, $"unit-{number}");
        Pid = pid;
        StartTime = startTime;
    }

    public int Number { get; }

    /// <summary>The memory as its process sees it.</summary>
    public ScopeMemory Memory { get; }

    public ProcessScope Scope { get; }

    public int Pid { get; }

    public ulong StartTime { get; }

    public UnitState State { get; set; }

    public int Priority { get; set; }

    /// <summary>Killed: it does nothing any more.</summary>
    public bool IsDead { get; set; }

    public long Steps { get; set; }

    /// <summary>What it does next is one step.</summary>
    public bool IsAtomic { get; set; }

    /// <summary>Said by trials, for planted bugs that concern releases only.</summary>
    public bool IsReleasing { get; set; }

    public uint* Word { get; private set; }

    public uint Expected { get; private set; }

    public long Deadline { get; private set; }

    /// <summary>The deadline is one that a trial asked for, not the engine's interval.</summary>
    public bool IsTimed { get; private set; }

    public FutexResult Result { get; private set; }

    /// <summary>Returned from a sleep for no reason, and has not looked since.</summary>
    public bool WasInterrupted { get; set; }

    /// <summary>Its wait ran out of time, and it has not changed the object's word since.</summary>
    public bool HasTimedOut { get; set; }

    public IReadOnlyList<(nint Place, int Bytes, ulong Value)> Buffer => _buffer;

    /// <summary>What is in the buffer becomes visible before its next operation.</summary>
    public bool IsFlushDue { get; set; }

    public void Reset(int priority)
    {
        State = UnitState.Ready;
        Priority = priority;
        Steps = 0;
        IsDead = IsAtomic = IsReleasing = WasInterrupted = HasTimedOut = IsFlushDue = false;
        ForgetBuffer();
    }

    public void FallAsleep(UnitState state, uint* word, uint expected, long deadline, bool isTimed)
    {
        State = state;
        Word = word;
        Expected = expected;
        Deadline = deadline;
        IsTimed = isTimed;
    }

    public void WakeUp(FutexResult result)
    {
        State = UnitState.Ready;
        Result = result;
        Word = null;
    }

    public void Delay(void* place, int bytes, ulong value) => _buffer.Add(((nint)place, bytes, value));

    /// <summary>The same for a store that the unit itself sees at once. Until <see cref="Hide"/> nobody else looks there.</summary>
    public void DelayForOthers(void* place, int bytes, ulong value)
    {
        _before.Insert(0, ((nint)place, bytes, bytes == sizeof(ulong) ? *(ulong*)place : *(uint*)place));
        Delay(place, bytes, value);
        Scheduler.Write(place, bytes, value);
    }

    /// <summary>Others may look from now on: they see what was there before.</summary>
    public void Hide()
    {
        foreach ((nint place, int bytes, ulong value) in _before)
        {
            Scheduler.Write((void*)place, bytes, value);
        }

        _before.Clear();
    }

    public void Flush()
    {
        IsFlushDue = false;
        foreach ((nint place, int bytes, ulong value) in _buffer)
        {
            Scheduler.Write((void*)place, bytes, value);
        }

        ForgetBuffer();
    }

    public void ForgetBuffer()
    {
        _buffer.Clear();
        _before.Clear();
    }

    /// <summary>Gives it the baton.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref *_baton, Given) == AwaitedAsleep)
        {
            Futex.Wake(_baton, 1, isShared: false);
        }
    }

    /// <summary>Blocks until it has the baton.</summary>
    public void Await()
    {
        if (Interlocked.CompareExchange(ref *_baton, AwaitedAsleep, Empty) == Empty)
        {
            while (Volatile.Read(ref *_baton) == AwaitedAsleep)
            {
                _ = Futex.Wait(_baton, AwaitedAsleep, MonotonicClock.Never, isShared: false);
            }
        }

        Volatile.Write(ref *_baton, Empty);
    }

    public void Free() => NativeMemory.Free(_baton);
}
