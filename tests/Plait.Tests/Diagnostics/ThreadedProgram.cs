using System.Collections.Concurrent;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>
/// A generated program run by threads of its own. Each writes down what it is about to acquire and what it has; every report is compared with that in the moment in
/// which it is made, when all that it names must stand still.
/// </summary>
internal sealed class ThreadedProgram
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(5);

    private readonly GeneratedProgram _program;
    private readonly ISynchronizer[] _locks;
    private readonly int[] _wants;
    private readonly bool[] _isTimed;
    private readonly bool[,] _has;
    private readonly int[] _steps;
    private int _reports;

    public ThreadedProgram(IScope scope, GeneratedProgram program)
    {
        _program = program;
        _locks = [.. program.IsSharing.Select(isSharing => isSharing ? (ISynchronizer)scope.CreateReaderWriterLock() : scope.CreateLock())];
        _wants = new int[program.Units.Length];
        _isTimed = new bool[program.Units.Length];
        _has = new bool[program.Units.Length, _locks.Length];
        _steps = new int[program.Units.Length];
        Array.Fill(_wants, -1);
    }

    /// <summary>What was reported and is not so.</summary>
    public ConcurrentBag<string> Lies { get; } = [];

    /// <summary>How many deadlocks were reported. Returns when all units have ended, so none was missed.</summary>
    public int Run()
    {
        DeadlockDetection.Detected += Compare;
        try
        {
            using var start = new Barrier(_program.Units.Length);
            Thread[] threads = [.. Enumerable.Range(0, _program.Units.Length).Select(unit => new Thread(() => RunUnit(unit, start)) { IsBackground = true, Name = $"unit-{unit}" })];
            Array.ForEach(threads, static thread => thread.Start());
            Assert.All(threads, thread => Assert.True(thread.Join(Waits.Hang), $"Program {_program.Seed}: {thread.Name} has not ended: a deadlock was missed."));
            return _reports;
        }
        finally
        {
            DeadlockDetection.Detected -= Compare;
        }
    }

    private void RunUnit(int unit, Barrier start)
    {
        var holds = new Stack<(int Lock, Hold Hold)>();
        start.SignalAndWait();
        try
        {
            foreach (ProgramStep step in _program.Units[unit])
            {
                // In step with the others, but for those that wait: else one is done before the next begins.
                SpinWait.SpinUntil(() => Enumerable.Range(0, _steps.Length).All(other => Volatile.Read(ref _steps[other]) >= _steps[unit] || Volatile.Read(ref _wants[other]) >= 0));
                if (step.Lock < 0)
                {
                    Release(unit, holds);
                }
                else if (!TryAcquire(unit, step, holds))
                {
                    break;
                }

                Volatile.Write(ref _steps[unit], _steps[unit] + 1);
            }
        }
        catch (DeadlockException)
        {
            // Compared already.
        }

        Volatile.Write(ref _steps[unit], int.MaxValue);

        while (holds.Count > 0)
        {
            Release(unit, holds);
        }
    }

    private bool TryAcquire(int unit, ProgramStep step, Stack<(int, Hold)> holds)
    {
        Volatile.Write(ref _isTimed[unit], step.IsTimed);
        Volatile.Write(ref _wants[unit], step.Lock);
        try
        {
            Hold hold;
            bool isThere = true;
            if (_locks[step.Lock] is IReaderWriterLock shared)
            {
                hold = default;
                _ = step switch
                {
                    { IsTimed: true, Wish: Wish.ToRead } => isThere = shared.TryAcquireRead(s_timeout, out hold),
                    { IsTimed: true } => isThere = shared.TryAcquireWrite(s_timeout, out hold),
                    { Wish: Wish.ToRead } => (hold = shared.AcquireRead()).IsHeld,
                    _ => (hold = shared.AcquireWrite()).IsHeld,
                };
            }
            else
            {
                var gate = (ILock)_locks[step.Lock];
                hold = default;
                _ = step.IsTimed ? isThere = gate.TryAcquire(s_timeout, out hold) : (hold = gate.Acquire()).IsHeld;
            }

            if (isThere)
            {
                Volatile.Write(ref _has[unit, step.Lock], true);
                holds.Push((step.Lock, hold));
            }

            return isThere;
        }
        finally
        {
            Volatile.Write(ref _wants[unit], -1);
        }
    }

    private void Release(int unit, Stack<(int Lock, Hold Hold)> holds)
    {
        (int target, Hold hold) = holds.Pop();
        Volatile.Write(ref _has[unit, target], false);
        hold.Release();
    }

    private void Compare(DeadlockReport report)
    {
        Interlocked.Increment(ref _reports);
        for (int i = 0; i < report.Units.Count; i++)
        {
            int unit = UnitOf(report.Units[i]);
            int next = UnitOf(report.Units[(i + 1) % report.Units.Count]);
            int wanted = Volatile.Read(ref _wants[unit]);
            if (wanted < 0 || Volatile.Read(ref _isTimed[unit]))
            {
                Lies.Add($"unit {unit} does not wait without end: {report}");
            }
            else if (!Volatile.Read(ref _has[next, wanted]) && !(_program.IsSharing[wanted] && Volatile.Read(ref _wants[next]) == wanted))
            {
                Lies.Add($"unit {next} neither has lock {wanted} nor stands before unit {unit}: {report}");
            }
        }
    }

    private static int UnitOf(WaitingUnit unit) => unit.Unit.ThreadName![^1] - '0';
}
