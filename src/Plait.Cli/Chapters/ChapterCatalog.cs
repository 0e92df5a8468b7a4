using Plait.Cli.Chapters.Coroutines;
using Plait.Cli.Chapters.Locks;
using Plait.Cli.Chapters.Pool;
using Plait.Cli.Chapters.Pools;
using Plait.Cli.Chapters.Processes;
using Plait.Cli.Chapters.Queues;
using Plait.Cli.Chapters.Theory;

namespace Plait.Cli.Chapters;

/// <summary>Every chapter, in teaching order. The list is explicit: order is part of what is taught, and a chapter nobody lists is dead code.</summary>
internal static class ChapterCatalog
{
    public static IReadOnlyList<Chapter> All { get; } =
    [
        new Multiprogramming(),
        new ThreeStates(),
        new SchedulingPolicies(),
        new SwitchCost(),
        new SyncAsync(),
        new GarbageCollection(),
        new ProcessStart(),
        new Isolation(),
        new Pids(),
        new Terminate(),
        new Reclaim(),
        new Zombies(),
        new Orphans(),
        new DaemonProcess(),
        new ProcessMemory(),
        new Crash(),
        new ForeignPipe(),
        new WordCount(),
        new ProcessPool(),
        new KillOnTimeout(),
        new Poison(),
        new MapProgress(),
        new ThreadStarts(),
        new Locks.SharedData(),
        new ThreadInfo(),
        new DaemonThread(),
        new ThreadLimit(),
        new Race(),
        new LockVsJoin(),
        new Tickets(),
        new Deadlock(),
        new ReentrantLock(),
        new Semaphores(),
        new Events(),
        new EventReady(),
        new Conditions(),
        new Barriers(),
        new Captcha(),
        new ThreadLocals(),
        new GlobalLock(),
        new OwnerDeath(),
        new QueueBasics(),
        new ThreadQueues(),
        new Interprocess(),
        new Pipes(),
        new ProducersConsumers(),
        new Pipeline(),
        new SharedMemory(),
        new Managers(),
        new ThreadPools(),
        new PoolApply(),
        new Callbacks(),
        new OrderedResults(),
        new PoolVsSemaphore(),
        new Hybrids(),
        new SeedNumbers(),
        new GeneratorTurns(),
        new SwitchesByHand(),
        new Cooperative(),
        new TwoHellos(),
        new CoroutineServer(),
        UpperServers.Threads,
        UpperServers.Pool,
        new BlockingIO(),
        new NonBlockingIO(),
        WatchedSockets.Select,
        WatchedSockets.Poll,
        WatchedSockets.Epoll,
        new BestSelector(),
        new SignalDriven(),
        new Proactor(),
    ];
}
