using System.Collections.Concurrent;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The end of a task, as something that a thread of an executor waits for. A task that runs is waited for as its thread's doing; one that waits
/// for a thread needs any of its executor's: the wait is a deadlock when all of these wait for each other. One for each waiting thread, used
/// for one task after another. The kind is that of a <see cref="UnitEnd"/> without a thread.
/// </summary>
internal sealed unsafe class TaskEnd : Synchronizer
{
    private static readonly ConcurrentDictionary<uint, TaskEnd> All = new();

    [ThreadStatic]
    private static TaskEnd? t_own;

    private readonly Lock _gate = new();

    // Guarded by _gate: the task that is waited for, and the how manieth it is.
    private object? _task;
    private ITaskPlace? _place;
    private string _name = string.Empty;
    private long _turn;
    private bool _isAwait;

    private TaskEnd()
        : base(UnitEnd.Joins, Make()) => All[Index] = this;

    /// <summary>The calling thread's.</summary>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    /// <exception cref="OutOfMemoryException">There is no address space for a scope.</exception>
    public static TaskEnd OfThread() => t_own ??= new TaskEnd();

    /// <summary>The calling thread is about to end.</summary>
    public static void EndThread()
    {
        if (t_own is { } own)
        {
            _ = All.TryRemove(own.Index, out _);
            t_own = null;
        }
    }

    /// <summary>The wait for a task with that record; null when it is another process's, or for a thread.</summary>
    public static TaskEnd? Find(ScopeMemory memory, uint index) => memory == UnitEnd.Joins.Memory && All.TryGetValue(index, out TaskEnd? end) ? end : null;

    /// <summary>What is waited for, in words; null when the record is no task's.</summary>
    public static string? Describe(uint index)
    {
        if (!All.TryGetValue(index, out TaskEnd? end))
        {
            return null;
        }

        lock (end._gate)
        {
            return end._place is not { } place || end._task is not { } task ? null
                : place.RunnerOf(task) != 0 ? $"{end._name} in executor {place.Name}"
                : $"{end._name} (which waits for a thread of executor {place.Name}, where all {place.AllThreads().Count} are taken)";
        }
    }

    /// <summary>Who has to act before the wait can end: all of these, or any of them where <paramref name="isAny"/>.</summary>
    public IReadOnlyList<int> Threads(out bool isAny)
    {
        lock (_gate)
        {
            isAny = false;
            if (_place is not { } place || _task is not { } task)
            {
                return [];
            }

            int runner = place.RunnerOf(task);
            isAny = runner == 0;
            return isAny ? place.AllThreads() : [runner];
        }
    }

    /// <summary>
    /// Whether the thread only has no place to give before the task has ended, because its function awaits that: what else was begun on it may go on meanwhile, and give back what the
    /// thread holds.
    /// </summary>
    public bool IsAwait
    {
        get
        {
            lock (_gate)
            {
                return _isAwait;
            }
        }
    }

    /// <summary>A wait for a task begins. Whatever ends it gives <see cref="Set"/> the number that this returns.</summary>
    public long Begin(object task, string name, ITaskPlace place, bool isAwait = false)
    {
        lock (_gate)
        {
            (_task, _name, _place, _isAwait) = (task, name, place, isAwait);
            return ++_turn;
        }
    }

    /// <summary>The wait is over, however it ended.</summary>
    public void Over()
    {
        lock (_gate)
        {
            (_task, _place) = (null, null);
            _turn++;
        }
    }

    /// <summary>Blocks until the task has ended, or until something else has woken it.</summary>
    /// <exception cref="DeadlockException">It would never have ended.</exception>
    public void Wait() => _ = Wait(WaitMode.Pass, MonotonicClock.Never, default, CancellationToken.None);

    /// <summary>The task has ended. Does nothing if another is waited for by now.</summary>
    public void Set(long turn)
    {
        lock (_gate)
        {
            if (turn != _turn)
            {
                return;
            }

            Agent self = Agents.CurrentOrProcess(Memory);
            self.Record->Pending = Index;
            var woken = default(Woken);
            woken.Enter(Memory, Record, self);
            ((EventProtocol)Protocol).Set(Memory, Record, ref woken);
            woken.Exit(Memory, Record);
            self.Record->Pending = 0;
        }
    }

    // Reset by the wait that it lets through.
    private static uint Make()
    {
        ScopeMemory memory = UnitEnd.Joins.Memory;
        uint index = memory.Allocate(ObjectKind.Unit);
        memory.Object(index)->Mode = (byte)EventMode.Auto;
        return index;
    }
}
