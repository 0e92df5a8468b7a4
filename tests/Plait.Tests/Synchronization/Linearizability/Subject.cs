using Plait.Synchronization;

namespace Plait.Tests.Synchronization.Linearizability;

/// <summary>
/// A primitive whose histories are recorded: how it is made, what a unit does with it, its sequential specification, and operations that contradict that
/// whatever else happened, to see that the search finds contradictions.
/// </summary>
internal sealed class Subject
{
    public const int Units = 3;

    private const int Try = 0;
    private const int Acquire = 1;
    private const int Release = 2;
    private const int Look = 3;
    private const int TryRead = 4;
    private const int Read = 5;
    private const int Leave = 6;

    private const int Set = 0;
    private const int Reset = 1;
    private const int Pass = 2;

    private const int Signal = 0;
    private const int Add = 1;

    public static readonly Subject[] All =
    [
        Lock("lock", static (scope, name) => scope.CreateLock(name)),
        Lock("strict lock", static (scope, name) => scope.CreateLock(name, new LockOptions { IsStrict = true })),
        Lock("reentrant lock", static (scope, name) => scope.CreateReentrantLock(name)),
        Permits("semaphore", 2, int.MaxValue, static (scope, name) => scope.CreateSemaphore(2, name)),
        Permits("bounded semaphore", 2, 3, static (scope, name) => scope.CreateBoundedSemaphore(2, 3, name)),
        Event("event", EventMode.Manual),
        Event("automatic event", EventMode.Auto),
        Countdown(),
        ReaderWriter(),
        Barrier(),
    ];

    public required Specification Specification { get; init; }

    public required Func<IScope, string, ISynchronizer> Make { get; init; }

    /// <summary>What a unit does, with a number of choices at random; writes down each call through the recorder.</summary>
    public required Action<ISynchronizer, Random, Recorder> Run { get; init; }

    /// <summary>What contradicts a history: operations after all others, which in truth would have had another result.</summary>
    public required Func<IReadOnlyList<Operation>, Random, (int Call, int Result)[]> Contradiction { get; init; }

    /// <summary>An operation in the middle of a history that cannot have happened there; null when the history has no such place.</summary>
    public Func<IReadOnlyList<Operation>, Random, Operation?> Intrusion { get; init; } = static (_, _) => null;

    // The state is 0, or 1 and the owner's number. Everybody releases what it has at the end.
    private static Subject Lock(string name, Func<IScope, string, ISynchronizer> make) => new()
    {
        Specification = new Specification(
            name,
            0,
            static (state, operation) => operation.Call switch
            {
                Try when operation.Result == 0 => state != 0 ? state : null,
                Try or Acquire => state == 0 ? operation.Unit + 1 : null,
                Release => state == operation.Unit + 1 ? 0 : null,
                _ => operation.Result == (state != 0 ? 1 : 0) ? state : null,
            },
            "TryAcquire",
            "Acquire",
            "Release",
            "IsHeld"),
        Make = make,
        Run = static (thing, random, recorder) =>
        {
            var gate = (ILock)thing;
            for (int i = 0; i < 3; i++)
            {
                Hold hold = default;
                bool isIn = random.Next(2) == 0
                    ? recorder.Record(Try, () => gate.TryAcquire(out hold))
                    : recorder.Record(Acquire, () => gate.TryAcquire(Execution.Waits.Hang, out hold));
                if (random.Next(3) == 0)
                {
                    recorder.Record(Look, () => gate.IsHeld);
                }

                if (isIn)
                {
                    recorder.Record(Release, hold.Release);
                }
            }
        },
        Contradiction = static (_, random) => random.Next(2) == 0 ? [(Look, 1)] : [(Try, 0)],
        Intrusion = static (history, random) => WhileInside(history, random, [Try, Acquire], [Release], new Operation(Units, Try, 1, 0, 0)),
    };

    private static Subject Permits(string name, int initial, int limit, Func<IScope, string, ISynchronizer> make) => new()
    {
        Specification = new Specification(
            name,
            initial,
            (state, operation) => operation.Call switch
            {
                Try when operation.Result == 0 => state == 0 ? state : null,
                Try or Acquire => state > 0 ? state - 1 : null,
                Release when operation.Result == 0 => state == limit ? state : null,
                Release => state < limit ? state + 1 : null,
                _ => operation.Result == state ? state : null,
            },
            "Wait(0)",
            "Acquire",
            "Release",
            "CurrentCount"),
        Make = make,
        Run = static (thing, random, recorder) =>
        {
            var semaphore = (ISemaphore)thing;
            for (int i = 0; i < 3; i++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        recorder.Record(Try, () => semaphore.Wait(TimeSpan.Zero));
                        break;
                    case 1:
                        recorder.Record(Release, () => Succeeds(() => semaphore.Release()));
                        break;
                    case 2:
                        recorder.Record(Look, () => semaphore.CurrentCount);
                        break;
                    default:
                        Hold hold = default;
                        if (recorder.Record(Try, () => semaphore.TryAcquire(out hold)))
                        {
                            // Its permit may have been given back by another unit, without the hold: then there is none to give.
                            recorder.Record(Release, () => Succeeds(hold.Release));
                        }

                        break;
                }
            }
        },
        Contradiction = (history, random) => [(Look, Left(history, initial) + (random.Next(2) == 0 ? 1 : -1))],
    };

    private static int Left(IReadOnlyList<Operation> history, int initial) =>
        initial - history.Count(static one => one is { Call: Try or Acquire, Result: 1 }) + history.Count(static one => one is { Call: Release, Result: 1 });

    private static Subject Event(string name, EventMode mode) => new()
    {
        Specification = new Specification(
            name,
            0,
            (state, operation) => operation.Call switch
            {
                Set => 1,
                Reset => 0,
                Pass when operation.Result == 0 => state == 0 ? 0 : null,
                Pass => state == 0 ? null : mode == EventMode.Auto ? 0 : 1,
                _ => operation.Result == state ? state : null,
            },
            "Set",
            "Reset",
            "Wait(0)",
            "IsSet"),
        Make = (scope, its) => scope.CreateEvent(mode: mode, name: its),
        Run = static (thing, random, recorder) =>
        {
            var signal = (IEvent)thing;
            for (int i = 0; i < 5; i++)
            {
                switch (random.Next(6))
                {
                    case 0 or 1:
                        recorder.Record(Set, signal.Set);
                        break;
                    case 2:
                        recorder.Record(Reset, signal.Reset);
                        break;
                    case 3:
                        recorder.Record(Look, () => signal.IsSet);
                        break;
                    default:
                        recorder.Record(Pass, () => signal.Wait(TimeSpan.Zero));
                        break;
                }
            }
        },
        Contradiction = (_, random) => random.Next(3) switch
        {
            0 => [(Set, 1), (Look, 0)],
            1 => [(Reset, 1), (Pass, 1)],
            _ when mode == EventMode.Auto => [(Set, 1), (Pass, 1), (Pass, 1)],
            _ => [(Set, 1), (Pass, 1), (Pass, 0)],
        },
    };

    private static Subject Countdown() => new()
    {
        Specification = new Specification(
            "countdown",
            4,
            static (state, operation) => operation.Call switch
            {
                // 2: there was nothing left to signal.
                Signal => operation.Result == (state == 0 ? 2 : state == 1 ? 1 : 0) ? Math.Max(0, state - 1) : null,
                Add => operation.Result == (state > 0 ? 1 : 0) ? state > 0 ? state + 1 : 0 : null,
                Pass => operation.Result == (state == 0 ? 1 : 0) ? state : null,
                _ => operation.Result == state ? state : null,
            },
            "Signal",
            "TryAddCount",
            "Wait(0)",
            "CurrentCount"),
        Make = static (scope, name) => scope.CreateCountdown(4, name),
        Run = static (thing, random, recorder) =>
        {
            var countdown = (ICountdown)thing;
            for (int i = 0; i < 4; i++)
            {
                switch (random.Next(7))
                {
                    case 0:
                        recorder.Record(Add, () => countdown.TryAddCount());
                        break;
                    case 1:
                        recorder.Record(Pass, () => countdown.Wait(TimeSpan.Zero));
                        break;
                    case 2:
                        recorder.Record(Look, () => countdown.CurrentCount);
                        break;
                    default:
                        recorder.Record(Signal, () => SignalOf(countdown));
                        break;
                }
            }
        },

        // How many were counted does not depend on the order.
        Contradiction = static (history, random) =>
            [(Look, 4 - history.Count(static one => one is { Call: Signal, Result: < 2 }) + history.Count(static one => one is { Call: Add, Result: 1 }) + 1 + random.Next(2))],
    };

    // The state is -1 with a writer, else the number of readers. Without any who wait, for nobody overtakes those.
    private static Subject ReaderWriter() => new()
    {
        Specification = new Specification(
            "reader-writer lock",
            0,
            static (state, operation) => operation.Call switch
            {
                Try when operation.Result == 0 => state != 0 ? state : null,
                Try or Acquire => state == 0 ? -1 : null,
                Release => state == -1 ? 0 : null,
                TryRead when operation.Result == 0 => state < 0 ? state : null,
                TryRead or Read => state >= 0 ? state + 1 : null,
                Leave => state > 0 ? state - 1 : null,
                _ => operation.Result == (state < 0 ? 1 : 0) ? state : null,
            },
            "TryAcquireWrite",
            "AcquireWrite",
            "ReleaseWrite",
            "IsWriteHeld",
            "TryAcquireRead",
            "AcquireRead",
            "ReleaseRead"),
        Make = static (scope, name) => scope.CreateReaderWriterLock(name),
        Run = static (thing, random, recorder) =>
        {
            var gate = (IReaderWriterLock)thing;
            bool mayWait = recorder.Round % 2 == 0;
            for (int i = 0; i < 3; i++)
            {
                Hold hold = default;
                bool isReader = random.Next(2) == 0;
                bool isIn = (isReader, mayWait) switch
                {
                    (true, true) => recorder.Record(Read, () => gate.TryAcquireRead(Execution.Waits.Hang, out hold)),
                    (true, false) => recorder.Record(TryRead, () => gate.TryAcquireRead(out hold)),
                    (false, true) => recorder.Record(Acquire, () => gate.TryAcquireWrite(Execution.Waits.Hang, out hold)),
                    _ => recorder.Record(Try, () => gate.TryAcquireWrite(out hold)),
                };
                if (random.Next(3) == 0)
                {
                    recorder.Record(Look, () => gate.IsWriteHeld);
                }

                if (isIn)
                {
                    recorder.Record(isReader ? Leave : Release, hold.Release);
                }
            }
        },
        Contradiction = static (_, random) => random.Next(2) == 0 ? [(Look, 1)] : [(Try, 0)],
        Intrusion = static (history, random) => random.Next(2) == 0
            ? WhileInside(history, random, [Try, Acquire], [Release], new Operation(Units, TryRead, 1, 0, 0))
            : WhileInside(history, random, [TryRead, Read], [Leave], new Operation(Units, Try, 1, 0, 0)),
    };

    // Each wait is two operations with the same times: somebody arrives, and goes on with a rank when all have arrived.
    private static Subject Barrier() => new()
    {
        Specification = new Specification(
            "barrier",
            0,
            static (state, operation) =>
            {
                // Bits 0 to 2: how many have arrived; from bit 3 on the ranks that are gone.
                long arrived = state & 7;
                long gone = state >> 3;
                if (operation.Call == 0)
                {
                    return arrived < Units ? state + 1 : null;
                }

                bool mayGo = arrived == Units && operation.Result is >= 0 and < Units && (gone & (1L << operation.Result)) == 0;
                gone |= 1L << operation.Result;
                return !mayGo ? null : gone == (1 << Units) - 1 ? 0 : (gone << 3) | arrived;
            },
            "arrive",
            "go on"),
        Make = static (scope, name) => scope.CreateBarrier(Units, name: name),
        Run = static (thing, _, recorder) =>
        {
            var barrier = (IBarrier)thing;
            for (int i = 0; i < 3; i++)
            {
                recorder.RecordTwo(0, 1, () => barrier.Wait(Execution.Waits.Hang));
            }
        },

        // Nobody else has arrived, or not so many.
        Contradiction = static (_, random) => [(0, 0), (1, random.Next(Units))],
    };

    private static int SignalOf(ICountdown countdown)
    {
        try
        {
            return countdown.Signal() ? 1 : 0;
        }
        catch (SynchronizationException)
        {
            return 2;
        }
    }

    private static bool Succeeds(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SynchronizationException)
        {
            return false;
        }
    }

    // Between the end of somebody's way in and the beginning of its way out another cannot be.
    private static Operation? WhileInside(IReadOnlyList<Operation> history, Random random, int[] ways, int[] waysOut, Operation intruder)
    {
        Operation[] entries = [.. history.Where(one => one.Result == 1 && ways.Contains(one.Call))];
        if (entries.Length == 0)
        {
            return null;
        }

        Operation entry = entries[random.Next(entries.Length)];
        Operation exit = history.Where(one => one.Unit == entry.Unit && waysOut.Contains(one.Call) && one.Start > entry.End).MinBy(static one => one.Start);
        return exit.End == 0 || exit.Start - entry.End < 2 ? null : intruder with { Start = entry.End + 1, End = exit.Start - 1 };
    }
}
