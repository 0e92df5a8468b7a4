using Plait.Benchmarks.Peers;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>What each primitive costs that nobody else wants, as nanoseconds and as a multiple of a bare pair of atomic operations.</summary>
internal static class UncontendedCases
{
    private const string BarePair = "the bare pair";
    private const double TwoBarePairs = 1 / 2.0;

    private static readonly Lazy<ProcessScope> Processes = new(static () => ProcessScope.Create("bench"));
    private static readonly Lazy<ThreadScope> Threads = new(static () => ThreadScope.Create("bench"));

    private const int Operations = 50_000;

    // Python's events and conditions take microseconds.
    private const int OfSlowPeers = 10_000;

    /// <summary>The cases, the measure of all others first.</summary>
    public static IEnumerable<BenchCase> Cases() =>
    [
        Case("bare CAS + exchange pair on a word of shared memory", static () => BareWord.Pairs, [CompiledPeer.Create("C, the same pair", "cas_pair")]),
        Lock(), ThreadLock(), ReentrantLock(), ReentrantLockAgain(), SemaphoreHold(), SemaphoreWait(), Event(), Read(), Write(), Countdown(), Notify(),
    ];

    private static BenchCase Lock() => Case(
        "lock, acquire + release, process scope",
        static () => Over(Processes.Value.CreateLock(), UncontendedOurs.Lock),
        [
            Bare(goal: 1 / 1.4),
            PythonPeer.Create("CPython multiprocessing.Lock", "lock_pair", "mp-lock") with { Goal = 3 },
            DotNet(".NET named Mutex", static () => new NamedMutex($"plait-bench-{Environment.ProcessId}"), static (mutex, count) => mutex.Pairs(count)) with { Goal = 10 },
        ]);

    private static BenchCase ThreadLock() => Case(
        "lock, acquire + release, thread scope",
        static () => Over(Threads.Value.CreateLock(), UncontendedOurs.Lock),
        [
            DotNet("System.Threading.Lock", new Lock(), UncontendedDotNet.Lock) with { Goal = 1 },
            Bare(),
            PythonPeer.Create("CPython threading.Lock", "lock_pair", "thread-lock"),
        ]);

    private static BenchCase ReentrantLock() => Case(
        "reentrant lock, acquire + release, process scope",
        static () => Over(Processes.Value.CreateReentrantLock(), UncontendedOurs.ReentrantLock),
        [
            Bare(TwoBarePairs),
            PythonPeer.Create("CPython multiprocessing.RLock", "lock_pair", "mp-rlock"),
            DotNet("Monitor, one process only", new object(), UncontendedDotNet.Monitor),
        ]);

    private static BenchCase ReentrantLockAgain() => Case(
        "reentrant lock held already, acquire + release, process scope",
        static () => Over(Processes.Value.CreateReentrantLock(), UncontendedOurs.ReentrantLockAgain),
        [Bare(), DotNet("Monitor, one process only", new object(), UncontendedDotNet.MonitorAgain)]);

    private static BenchCase SemaphoreHold() => Case(
        "semaphore, acquire + release of the hold, process scope",
        static () => Over(Processes.Value.CreateSemaphore(1), UncontendedOurs.SemaphoreHold),
        [
            Bare(TwoBarePairs),
            PythonPeer.Create("CPython multiprocessing.Semaphore", "lock_pair", "mp-semaphore"),
            DotNet("SemaphoreSlim, one process only", static () => new SemaphoreSlim(1), UncontendedDotNet.SemaphoreSlim),
        ]);

    private static BenchCase SemaphoreWait() => Case(
        "semaphore, wait + release, process scope",
        static () => Over(Processes.Value.CreateSemaphore(1), UncontendedOurs.SemaphoreWait),
        [
            Bare(TwoBarePairs),
            PythonPeer.Create("CPython multiprocessing.Semaphore", "lock_pair", "mp-semaphore"),
            DotNet("SemaphoreSlim, one process only", static () => new SemaphoreSlim(1), UncontendedDotNet.SemaphoreSlim),
        ]);

    private static BenchCase Event() => Case(
        "event, set + reset, process scope",
        static () => Over(Processes.Value.CreateEvent(), UncontendedOurs.EventSetReset),
        [
            Bare(TwoBarePairs),
            PythonPeer.Create("CPython multiprocessing.Event", "lock_pair", "mp-event"),
            DotNet("ManualResetEventSlim, one process only", static () => new ManualResetEventSlim(), UncontendedDotNet.EventSlim),
        ],
        operations: OfSlowPeers);

    private static BenchCase Read() => Case(
        "reader-writer lock, read, process scope",
        static () => Over(Processes.Value.CreateReaderWriterLock(), UncontendedOurs.Read),
        [Bare(), DotNet("ReaderWriterLockSlim, one process only", static () => new ReaderWriterLockSlim(), UncontendedDotNet.Read)]);

    private static BenchCase Write() => Case(
        "reader-writer lock, write, process scope",
        static () => Over(Processes.Value.CreateReaderWriterLock(), UncontendedOurs.Write),
        [Bare(), DotNet("ReaderWriterLockSlim, one process only", static () => new ReaderWriterLockSlim(), UncontendedDotNet.Write)]);

    private static BenchCase Countdown() => Case(
        "countdown, one more + signal, process scope",
        static () => Over(Processes.Value.CreateCountdown(1), UncontendedOurs.CountdownUpDown),
        [Bare(), DotNet("CountdownEvent, one process only", static () => new CountdownEvent(1), UncontendedDotNet.CountdownUpDown)]);

    private static BenchCase Notify() => Case(
        "condition, notify with nobody waiting, process scope",
        static () => Over(Processes.Value.CreateCondition(), UncontendedOurs.Notify),
        [
            Bare(),
            PythonPeer.Create("CPython multiprocessing.Condition", "lock_pair", "mp-condition"),
            DotNet("Monitor.Pulse, one process only", new object(), UncontendedDotNet.Pulse),
        ],
        operations: OfSlowPeers);

    private static BenchCase Case(string name, Func<Action<int>> loop, IReadOnlyList<BenchPeer> peers, int operations = Operations)
    {
        Func<int, double[]> measure = WarmLoop.Of(loop);
        return new BenchCase
        {
            Area = LocksArea.Name,
            Name = name,
            Unit = BenchUnit.Nanoseconds,
            Ours = count => new BenchRound(measure(count)),
            Peers = peers,
            Full = new BenchSize(Rounds: 61, WarmUps: 3, operations),
            Quick = new BenchSize(Rounds: 21, WarmUps: 2, operations),
        };
    }

    private static Action<int> Over<T>(T primitive, Action<T, int> loop) => operations => loop(primitive, operations);

    /// <summary>The measure of the row: one bare pair.</summary>
    private static BenchPeer Bare(double? goal = null) =>
        LocalPeer.Create("bare CAS + exchange pair", WarmLoop.Of(static () => BareWord.Pairs)) with { Goal = goal, Measure = BarePair };

    private static BenchPeer DotNet<T>(string label, T primitive, Action<T, int> loop) =>
        LocalPeer.Create(label, WarmLoop.Of(() => Over(primitive, loop)));

    // Made when it is its turn: some of them are files until they are disposed.
    private static BenchPeer DotNet<T>(string label, Func<T> make, Action<T, int> loop)
        where T : IDisposable =>
        new(label, token =>
        {
            T primitive = make();
            return LocalPeer.Create(label, WarmLoop.Of(() => Over(primitive, loop)), primitive).OpenAsync(token);
        });
}
