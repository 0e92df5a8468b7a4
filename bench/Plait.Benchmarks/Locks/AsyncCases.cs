using Plait.Benchmarks.Peers;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>What an asynchronous acquire costs that does not have to wait.</summary>
internal static class AsyncCases
{
    private static readonly BenchSize Full = new(Rounds: 61, WarmUps: 3, Operations: 20_000);
    private static readonly BenchSize Quick = new(Rounds: 21, WarmUps: 2, Operations: 20_000);

    private static readonly Lazy<ProcessScope> Processes = new(static () => ProcessScope.Create("bench-async"));
    private static readonly Lazy<ThreadScope> Threads = new(static () => ThreadScope.Create("bench-async"));

    public static IEnumerable<BenchCase> Cases() =>
    [
        Time("lock, async acquire + release, thread scope", static () => Threads.Value.CreateLock(), AsyncOurs.LockAsync, AsyncOurs.SemaphoreSlimAsync, goal: 2),
        Time("lock, async acquire + release, process scope", static () => Processes.Value.CreateLock(), AsyncOurs.LockAsync, AsyncOurs.SemaphoreSlimAsync, goal: 2),
        Time("lock, the first async acquire + release of a flow, thread scope", static () => Threads.Value.CreateLock(), AsyncOurs.LockInNewFlowsAsync, AsyncOurs.SemaphoreSlimInNewFlowsAsync, goal: null),
        Bytes("thread scope", static () => Threads.Value.CreateLock()),
        Bytes("process scope", static () => Processes.Value.CreateLock()),
    ];

    private static BenchCase Time(string name, Func<ILock> make, Func<ILock, int, Task> ours, Func<SemaphoreSlim, int, Task> peer, double? goal)
    {
        Func<int, double[]> measure = WarmLoop.Of(() =>
        {
            ILock gate = make();
            return count => Finish(ours(gate, count));
        });
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = name,
            Unit = BenchUnit.Nanoseconds,
            Ours = operations => new BenchRound(measure(operations)),
            Peers =
            [
                LocalPeer.Create("SemaphoreSlim.WaitAsync, one process only", WarmLoop.Of(() =>
                {
                    var semaphore = new SemaphoreSlim(1);
                    return count => Finish(peer(semaphore, count));
                })),
                LocalPeer.Create("bare CAS + exchange pair", WarmLoop.Of(static () => BareWord.Pairs)) with { Measure = "the bare pair" },
            ],
            Goal = goal,
            Full = Full,
            Quick = Quick,
        };
    }

    private static BenchCase Bytes(string scope, Func<ILock> make)
    {
        var gate = new Lazy<ILock>(make);
        var semaphore = new SemaphoreSlim(1);
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = $"lock, async acquire + release, {scope}, bytes allocated",
            Unit = BenchUnit.Plain("bytes"),
            Ours = operations => new BenchRound([MeasuringThread.Run(() => Finish(AsyncOurs.LockBytesAsync(gate.Value, operations)))]),
            Peers =
            [
                LocalPeer.Create(
                    "SemaphoreSlim.WaitAsync, one process only",
                    operations => [MeasuringThread.Run(() => Finish(AsyncOurs.SemaphoreSlimBytesAsync(semaphore, operations)))]),
            ],
            GoalAbsolute = 0,
            Full = new BenchSize(Rounds: 31, WarmUps: 31, Operations: 10_000),
            Quick = new BenchSize(Rounds: 11, WarmUps: 31, Operations: 10_000),
        };
    }

    private static T Finish<T>(Task<T> task)
    {
        Finish((Task)task);
        return task.Result;
    }

    private static void Finish(Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("An acquire that nobody was in the way of did not complete at once.", task.Exception);
        }
    }
}
