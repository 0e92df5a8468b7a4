using Plait.Benchmarks.Peers;
using Plait.Scheduling;

namespace Plait.Benchmarks.Executor;

/// <summary>What a pool of processes costs: a call, many calls, a map, a worker that is lost.</summary>
internal static class ExecutorArea
{
    private const int SkewedItems = 1_000;
    private const double SkewedShareBefore = 1.0 / 3;
    private const int ScalingPieces = 40;
    private const long ScalingSteps = 3_000_000;
    private const int DeadlineMilliseconds = 500;
    private const long Slice = 10 * SchedulingTime.Millisecond;
    private const int SlicedPieces = 6;
    private const long SlicedSteps = 100_000_000;

    /// <summary>The name of the area.</summary>
    public const string Name = "executor";

    /// <summary>The cases, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> Cases() =>
    [
        .. ThreadCases.Cases(), .. SleeperCases.Cases(), Call(awaiting: false), Call(awaiting: true), Tiny(), Map(), Skewed(), Scaling(), Fresh(), Kill(),
        Shares("three tasks of weights 1:2:3 on one worker, stride", static seconds => SliceOurs.ShareErrorPercent(1, 1, new StridePolicy(Slice), seconds)),
        Shares("six tasks in classes of weights 1:2:3 on two workers, fair share", static seconds => SliceOurs.ShareErrorPercent(2, 2, new FairSharePolicy(quantum: Slice), seconds)),
        Shares("three threads of weights 1:2:3 in one place, stride, at checkpoints", static seconds => SliceOurs.ShareErrorPercentOfThreads(1, 1, new StridePolicy(Slice), seconds)),
        Shares("six threads in classes of weights 1:2:3 in two places, fair share, at checkpoints", static seconds => SliceOurs.ShareErrorPercentOfThreads(2, 2, new FairSharePolicy(quantum: Slice), seconds)),
        SlicesOverOrder(),
        Recycle("parent's memory", BenchUnit.Megabytes, "rss", goal: 5, static growth => growth.Megabytes),
        Recycle("parent's descriptors", BenchUnit.Plain("fds"), "fds", goal: 0, static growth => growth.Descriptors),
    ];

    private static BenchCase Shares(string what, Func<int, (double Worst, string Note)> measure) => new()
    {
        Area = Name,
        Name = $"slices of 10 ms, {what}, error of a share",
        Unit = BenchUnit.Plain("%"),
        Ours = seconds =>
        {
            (double worst, string note) = measure(seconds);
            return new BenchRound([worst], note);
        },
        Peers = [FixedPeer.Create("what is allowed", 5)],
        GoalAbsolute = 5,
        Full = new BenchSize(Rounds: 5, WarmUps: 0, Operations: 6),
        Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 3),
    };

    private static BenchCase SlicesOverOrder() => new()
    {
        Area = Name,
        Name = "six CPU-bound tasks in slices of 10 ms on two workers, makespan",
        Unit = BenchUnit.Plain("x one after another"),
        Ours = operations => BenchRound.Repeat(operations, static () => SliceOurs.SlicesOverOrder(SlicedPieces, SlicedSteps)),
        Peers = [FixedPeer.Create("the same tasks one after another, measured beside it", 1)],
        Full = new BenchSize(Rounds: 11, WarmUps: 2, Operations: 1),
        Quick = new BenchSize(Rounds: 5, WarmUps: 1, Operations: 1),
    };

    private static BenchCase Call(bool awaiting) => new()
    {
        Area = Name,
        Name = awaiting ? "warm call, submit to await, both asleep" : "warm call, submit to result, both asleep",
        Unit = BenchUnit.Microseconds,
        Ours = calls => new BenchRound(SubmitOurs.AsleepCallMicroseconds(calls, awaiting)),
        Peers = awaiting
            ? [PythonPeer.Create("CPython ProcessPoolExecutor", "pool_call", "executor")]
            :
            [
                PythonPeer.Create("CPython ProcessPoolExecutor", "pool_call", "executor"),
                PythonPeer.CreateWithModule("pebble", "python3-pebble", "pebble", "pool_call", "pebble") with { Goal = 8 },
            ],
        Goal = awaiting ? null : 10,
        Full = new BenchSize(Rounds: 41, WarmUps: 3, Operations: 300),
        Quick = new BenchSize(Rounds: 11, WarmUps: 3, Operations: 200),
    };

    private static BenchCase Tiny() => new()
    {
        Area = Name,
        Name = "tiny tasks submitted one by one, then awaited, a task",
        Unit = BenchUnit.Microseconds,
        Ours = tasks => new BenchRound([SubmitOurs.TinyNanoseconds(tasks) / BenchUnit.Microseconds.Size], $"{tasks:N0} tasks, 2 workers"),
        Peers =
        [
            PythonPeer.Create("CPython ProcessPoolExecutor", "pool_tiny", "executor"),
            PythonPeer.Create("CPython Pool.map(chunksize=1)", "pool_tiny", "pool") with { Goal = 15 },
        ],
        Goal = 60,
        Full = new BenchSize(Rounds: 3, WarmUps: 1, Operations: 200_000),
        Quick = new BenchSize(Rounds: 3, WarmUps: 2, Operations: 20_000),
    };

    private static BenchCase Map() => new()
    {
        Area = Name,
        Name = "map of integers, automatic chunks, an item",
        Unit = BenchUnit.Nanoseconds,
        Ours = items => new BenchRound([MapOurs.MapNanoseconds(items)], $"{items:N0} items, 2 workers"),
        Peers = [PythonPeer.Create("CPython Pool.map", "pool_tiny", "map")],
        Goal = 4,
        Full = new BenchSize(Rounds: 5, WarmUps: 2, Operations: 10_000_000),
        Quick = new BenchSize(Rounds: 3, WarmUps: 2, Operations: 1_000_000),
    };

    private static BenchCase Skewed() => new()
    {
        Area = Name,
        Name = "map of 1,000 items of 1 ms and one of 100 ms, makespan",
        Unit = BenchUnit.Plain("x ideal"),
        Ours = operations =>
        {
            var note = "";
            var round = BenchRound.Repeat(operations, () => MapOurs.SkewedMapOverIdeal(SkewedItems, (int)(SkewedItems * SkewedShareBefore), out note));
            return round with { Note = note };
        },
        Peers =
        [
            FixedPeer.Create("ideal, measured: the same work in two equal parts at once", 1),
            PythonPeer.Create("CPython Pool.map", "pool_skewed", $"{SkewedItems}", FormattableString.Invariant($"{SkewedShareBefore:F4}")),
        ],
        Goal = 0.91,
        Full = new BenchSize(Rounds: 11, WarmUps: 1, Operations: 1),
        Quick = new BenchSize(Rounds: 3, WarmUps: 1, Operations: 1),
    };

    private static BenchCase Scaling() => new()
    {
        Area = Name,
        Name = "CPU-bound work on two workers, time against one",
        Unit = BenchUnit.Plain("x one"),
        Ours = operations => BenchRound.Repeat(operations, static () => WorkOurs.TwoWorkersOverOne(ScalingPieces, ScalingSteps)),
        Peers = [CompiledPeer.Create("C, two processes against one", "cpu_scaling", $"{ScalingPieces}", $"{ScalingSteps}")],
        Goal = 0.97,
        Full = new BenchSize(Rounds: 25, WarmUps: 2, Operations: 1),
        Quick = new BenchSize(Rounds: 7, WarmUps: 1, Operations: 1),
    };

    private static BenchCase Fresh() => new()
    {
        Area = Name,
        Name = "start + join in a fresh process, from a warm spare",
        Unit = BenchUnit.Milliseconds,
        Ours = operations => BenchRound.Repeat(operations, WorkerOurs.FreshWorkerMilliseconds),
        Peers = [PythonPeer.Create("CPython fork", "process_start", "fork")],
        Goal = 1,
        Full = new BenchSize(Rounds: 41, WarmUps: 3, Operations: 1),
        Quick = new BenchSize(Rounds: 11, WarmUps: 2, Operations: 1),
    };

    private static BenchCase Kill() => new()
    {
        Area = Name,
        Name = "function killed on a 0.5 s deadline, time past it",
        Unit = BenchUnit.Milliseconds,
        Ours = kills => new BenchRound(WorkerOurs.PastDeadlineMilliseconds(kills, TimeSpan.FromMilliseconds(DeadlineMilliseconds))),
        Peers = [PythonPeer.CreateWithModule("pebble", "python3-pebble", "pebble", "pool_kill", $"{DeadlineMilliseconds}")],
        GoalAbsolute = 10,
        Statistic = BenchStatistic.Percentile99,
        Full = new BenchSize(Rounds: 12, WarmUps: 1, Operations: 10),
        Quick = new BenchSize(Rounds: 4, WarmUps: 1, Operations: 6),
    };

    private static BenchCase Recycle(string what, BenchUnit unit, string peerArgument, double goal, Func<ParentGrowth, double> figure) => new()
    {
        Area = Name,
        Name = $"workers recycled, growth of the {what}",
        Unit = unit,
        Ours = recycles =>
        {
            var growth = WorkerOurs.GrowthOverRecycles(recycles);
            return new BenchRound([figure(growth)], $"{recycles:N0} recycles, {growth.Note}");
        },
        Peers = [PythonPeer.Create("CPython Pool", "pool_recycle", peerArgument)],
        GoalAbsolute = goal,
        Full = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 1_000),
        Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 100),
    };
}
