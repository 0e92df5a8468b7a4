using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>
/// Runs generated programs on the real records: one thread does the steps of all units, threads and async flows, and calls what a waiter, or who looks after a flow's wait, calls when that has lasted
/// for the threshold.
/// After every step the oracle is asked what is true.
/// </summary>
internal sealed unsafe class DrivenProgram : IDisposable
{
    private const int MostUnits = 6;
    private const int MostLocks = 8;

    // The number of unit 0 as a flow.
    private const int FirstFlow = 1_000_000;

    private readonly ScopeMemory _memory = ScopeMemory.CreatePrivate();
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread[] _threads = new Thread[MostUnits];

    // First the threads' agents, then the flows'. Of a program's units each has one of the two.
    private readonly UnitAgents[] _units = new UnitAgents[2 * MostUnits];
    private readonly Agent[] _all = new Agent[2 * MostUnits];
    private readonly Agent[] _agents = new Agent[MostUnits];
    private readonly HeldSynchronizer[] _exclusive = new HeldSynchronizer[MostLocks];
    private readonly HeldSynchronizer[] _sharing = new HeldSynchronizer[MostLocks];

    private GeneratedProgram _program = null!;
    private ProgramOracle _oracle = null!;
    private Random _random = null!;
    private readonly int[] _next = new int[MostUnits];
    private readonly List<(int Lock, Hold Hold)>[] _holds = new List<(int, Hold)>[MostUnits];
    private readonly WaitRequest[] _requests = new WaitRequest[MostUnits];

    public DrivenProgram()
    {
        var scope = new ProcessScope(_memory, 0, "programs");
        for (int i = 0; i < MostLocks; i++)
        {
            _exclusive[i] = (HeldSynchronizer)(i % 2 == 0 ? scope.CreateLock(null, new LockOptions { IsStrict = true }) : scope.CreateReentrantLock(null, new LockOptions { IsStrict = true }));
            _sharing[i] = (HeldSynchronizer)scope.CreateReaderWriterLock();
        }

        for (int i = 0; i < MostUnits; i++)
        {
            // A unit is dead without a thread. These do nothing else.
            _threads[i] = new Thread(_end.Wait) { IsBackground = true, Name = $"unit-{i}" };
            _threads[i].Start();
            _units[i] = new UnitAgents(0, _threads[i]);
            _units[MostUnits + i] = new UnitAgents(FirstFlow + i, thread: null);
            _holds[i] = [];
        }

        for (int i = 0; i < _units.Length; i++)
        {
            _all[i] = _units[i].In(_memory);
        }
    }

    /// <summary>How many deadlocks the program ran into; each was found, and nothing else was taken for one.</summary>
    public int Run(GeneratedProgram program)
    {
        _program = program;
        _oracle = new ProgramOracle(program.Units.Length, program.IsSharing.Length);
        _random = new Random(program.Seed ^ 0x5EED);
        Array.Clear(_next);
        for (int unit = 0; unit < program.Units.Length; unit++)
        {
            _agents[unit] = _all[program.IsFlow[unit] ? MostUnits + unit : unit];
        }

        int deadlocks = 0;
        while (true)
        {
            int[] runnable = [.. Enumerable.Range(0, program.Units.Length).Where(unit => _oracle.WaitsFor(unit) < 0 && _next[unit] < program.Units[unit].Length)];
            if (runnable.Length > 0)
            {
                Step(runnable[_random.Next(runnable.Length)]);
            }
            else if (Enumerable.Range(0, program.Units.Length).FirstOrDefault(unit => _oracle.WaitsFor(unit) >= 0, -1) is var waiting and >= 0)
            {
                int[] timed = [.. Enumerable.Range(0, program.Units.Length).Where(unit => _oracle.WaitsFor(unit) >= 0 && _oracle.IsTimed(unit))];
                Check(timed.Length > 0, $"unit {waiting} waits, nobody can go on, and no deadlock is known");
                GiveUp(timed[_random.Next(timed.Length)], WaitOutcome.TimedOut);
            }
            else
            {
                return deadlocks;
            }

            deadlocks += Search();
        }
    }

    public void Dispose()
    {
        foreach (UnitAgents unit in _units)
        {
            unit.End();
        }

        _end.Set();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _end.Dispose();
    }

    private void Step(int unit)
    {
        ProgramStep step = _program.Units[unit][_next[unit]++];
        if (step.Lock < 0)
        {
            Release(unit);
        }
        else
        {
            HeldSynchronizer target = TargetOf(step.Lock);
            uint mode = step.Wish == Wish.ToRead ? WaitMode.Read : WaitMode.Exclusive;
            long deadline = step.IsTimed ? Shared.Now + 3_600_000_000_000 : MonotonicClock.Never;
            _requests[unit] = new WaitRequest(_memory, target.Index, mode, deadline, new SourcePlace("Program.cs", _next[unit]), CancellationToken.None);
            Check(_agents[unit].TryBeginWait(), $"unit {unit} waits already");
            WaitOutcome outcome = _requests[unit].TakeOrQueue(_agents[unit], isAsync: _program.IsFlow[unit]);
            bool isThere = _oracle.Acquire(unit, step.Lock, step.Wish, step.IsTimed);
            Check(isThere == (outcome == WaitOutcome.Taken), $"unit {unit} asked for lock {step.Lock}: {outcome}, the oracle says {isThere}");
            if (isThere)
            {
                Enter(unit, step.Lock, outcome);
            }
        }

        if (_next[unit] == _program.Units[unit].Length && _oracle.WaitsFor(unit) < 0)
        {
            End(unit);
        }

        TakeGrants();
    }

    private void Enter(int unit, int target, WaitOutcome outcome)
    {
        Check(TargetOf(target).TryEnter(outcome, _agents[unit], _requests[unit].Mode, out Hold hold, new SourcePlace("Program.cs", _next[unit]), CancellationToken.None), $"unit {unit} could not enter");
        _holds[unit].Add((target, hold));
    }

    private void Release(int unit)
    {
        (int target, Hold hold) = _holds[unit][^1];
        _holds[unit].RemoveAt(_holds[unit].Count - 1);
        hold.Release();
        _oracle.Release(unit, target);
    }

    private void End(int unit)
    {
        _next[unit] = _program.Units[unit].Length;
        while (_holds[unit].Count > 0)
        {
            Release(unit);
            TakeGrants();
        }
    }

    // Whoever was granted meanwhile goes on: the same ones as in the model.
    private void TakeGrants()
    {
        for (int unit = 0; unit < _program.Units.Length; unit++)
        {
            bool isWaiting = _agents[unit].Record->WaitObject != 0;
            if (!isWaiting)
            {
                continue;
            }

            bool isGranted = _agents[unit].Record->Park == ParkState.Granted;
            Check(isGranted == (_oracle.WaitsFor(unit) < 0), $"unit {unit}: granted {isGranted}, the oracle says {_oracle.WaitsFor(unit) < 0}");
            if (isGranted)
            {
                Enter(unit, _program.Units[unit][_next[unit] - 1].Lock, WaitOutcome.Granted);
                if (_next[unit] == _program.Units[unit].Length)
                {
                    End(unit);
                }
            }
        }
    }

    // Every waiter looks, in any order; as long as one gives up, again.
    private int Search()
    {
        int deadlocks = 0;
        while (true)
        {
            HashSet<int> truth = _oracle.Deadlocked();
            int[] waiting = [.. Enumerable.Range(0, _program.Units.Length).Where(unit => _oracle.WaitsFor(unit) >= 0)];
            _random.Shuffle(waiting);
            int victim = Array.Find(waiting, unit => DeadlockSearch.IsVictim(_requests[unit], _agents[unit], Shared.Now)) is var found && waiting.Contains(found) && _agents[found].Report is not null ? found : -1;
            if (victim < 0)
            {
                Check(truth.Count == 0, $"a deadlock of units {string.Join(", ", truth)} was not found");
                return deadlocks;
            }

            Check(truth.Contains(victim), $"unit {victim} was told of a deadlock that is none: {_agents[victim].Report}");
            CheckReport(victim, _agents[victim].Report!);
            deadlocks++;
            GiveUp(victim, WaitOutcome.Deadlocked);
        }
    }

    private void CheckReport(int victim, DeadlockReport report)
    {
        int[] circle = [.. report.Units.Select(static unit => unit.Unit.FlowId != 0 ? unit.Unit.FlowId - FirstFlow : unit.Unit.ThreadName![^1] - '0')];
        Check(circle[0] == victim, $"the report begins with unit {circle[0]}, not with {victim}");
        for (int i = 0; i < circle.Length; i++)
        {
            int unit = circle[i];
            Check((report.Units[i].Unit.FlowId != 0) == _program.IsFlow[unit], $"unit {unit} is named as what it is not: {report}");
            Check(_oracle.WaitsFor(unit) >= 0 && !_oracle.IsTimed(unit), $"unit {unit} does not wait without end: {report}");
            Check(_oracle.Blockers(unit).Contains(circle[(i + 1) % circle.Length]), $"unit {unit} does not wait for unit {circle[(i + 1) % circle.Length]}: {report}");
            Check(_oracle.Began(unit) <= _oracle.Began(victim), $"unit {unit} began to wait later than the victim {victim}: {report}");
            Check(report.Units[i].WaitsFor == TargetOf(_oracle.WaitsFor(unit)).Name, $"unit {unit} waits for another lock: {report}");
            Check(report.Units[i].Holds.Count == _holds[unit].Count, $"unit {unit} holds {_holds[unit].Count} locks: {report}");
        }
    }

    private void GiveUp(int unit, WaitOutcome why)
    {
        WaitOutcome outcome = _requests[unit].Withdraw(_agents[unit], why);
        Check(outcome == why, $"unit {unit} could not give up: {outcome}");
        HeldSynchronizer target = TargetOf(_oracle.WaitsFor(unit));
        if (why == WaitOutcome.Deadlocked)
        {
            Assert.Throws<DeadlockException>(() => target.TryEnter(outcome, _agents[unit], _requests[unit].Mode, out _, SourcePlace.Unknown, CancellationToken.None));
        }
        else
        {
            Check(!target.TryEnter(outcome, _agents[unit], _requests[unit].Mode, out _, SourcePlace.Unknown, CancellationToken.None), $"unit {unit} gave up and has it");
        }

        _oracle.GiveUp(unit);
        TakeGrants();
        End(unit);
    }

    private HeldSynchronizer TargetOf(int number) => _program.IsSharing[number] ? _sharing[number] : _exclusive[number];

    private void Check(bool holds, string text)
    {
        if (!holds)
        {
            Assert.Fail($"Program {_program.Seed}: {text}");
        }
    }
}
