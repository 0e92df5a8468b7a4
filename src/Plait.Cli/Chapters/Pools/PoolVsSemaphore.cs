using System.Collections.Concurrent;
using Plait.Execution;
using Plait.Synchronization;
using Plait.Threads;

namespace Plait.Cli.Chapters.Pools;

internal sealed class PoolVsSemaphore() : Chapter(
    "pool-vs-semaphore",
    Parts.Pools,
    "Both let four run at a time. A pool of four makes four threads for all tasks; a semaphore of four makes a thread for each, of which most\n"
        + "only wait to be let in.",
    "docs/executors.md",
    hasBreak: false)
{
    private const int Limit = 4;
    private const int Tasks = 20;

    public override async Task RunAsync(ChapterContext context)
    {
        var inPool = new Meter();
        await using (var pool = new ThreadExecutor(new ThreadExecutorOptions { Name = "four", Workers = Limit }))
        {
            Future[] futures = [.. Enumerable.Range(0, Tasks).Select(_ => pool.Submit(inPool.Work))];
            Future.Wait(futures);
        }

        var atSemaphore = new Meter();
        using var scope = ThreadScope.Create();
        ISemaphore semaphore = scope.CreateSemaphore(Limit);
        WorkerThread[] threads =
        [
            .. Enumerable.Range(0, Tasks).Select(_ => WorkerThread.Start(() =>
            {
                using Hold permit = semaphore.Acquire();
                atSemaphore.Work();
            })),
        ];
        foreach (WorkerThread thread in threads)
        {
            thread.Join();
        }

        context.Fact("pool_threads", inPool.Threads);
        context.Fact("pool_at_a_time", inPool.Most);
        context.Fact("semaphore_threads", atSemaphore.Threads);
        context.Fact("semaphore_at_a_time", atSemaphore.Most);
        context.Expect(inPool.Most <= Limit && atSemaphore.Most <= Limit, "neither lets more than four in at a time");
        context.Expect(inPool.Threads <= Limit, "the pool makes four threads for all tasks");
        context.Expect(atSemaphore.Threads == Tasks, "with the semaphore there is a thread for every task");
    }

    // Which threads came, and how many at a time.
    private sealed class Meter
    {
        private readonly ConcurrentDictionary<Thread, bool> _threads = new();
        private readonly Lock _gate = new();
        private int _now;

        public int Threads => _threads.Count;

        public int Most { get; private set; }

        public void Work()
        {
            _threads[Thread.CurrentThread] = true;
            lock (_gate)
            {
                Most = Math.Max(Most, ++_now);
            }

            Sleep.AtLeast(TimeSpan.FromMilliseconds(10));
            lock (_gate)
            {
                _now--;
            }
        }
    }
}
