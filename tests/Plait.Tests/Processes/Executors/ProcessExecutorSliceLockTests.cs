using Plait.Execution;
using Plait.Processes;
using Plait.Queues;
using Plait.Scheduling;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Nobody waits for a worker that is stopped for others: one that holds something, or is given something, goes on.</summary>
public sealed class ProcessExecutorSliceLockTests : ProcessExecutorTest
{
    private const int Rounds = 200;

    public static TheoryData<string> Held => ["lock", "reentrant", "semaphore", "reader", "writer", "async"];

    [Theory]
    [MemberData(nameof(Held))]
    public async Task Slices_OfOneThatHolds_BeginNobodyElseBeforeItReleases(string kind)
    {
        await using var executor = new ProcessExecutor(Sliced(mostBegun: 2));
        using ProcessScope scope = ProcessScope.Create();
        using ILock plain = scope.CreateLock();
        using IReentrantLock reentrant = scope.CreateReentrantLock();
        using ISemaphore semaphore = scope.CreateSemaphore(1);
        using IReaderWriterLock both = scope.CreateReaderWriterLock();
        using var holder = new Gate();
        Future<int> first = kind switch
        {
            "lock" => executor.Submit(HoldLock, plain, holder.Path),
            "reentrant" => executor.Submit(HoldReentrant, reentrant, holder.Path),
            "semaphore" => executor.Submit(HoldPermit, semaphore, holder.Path),
            "reader" => executor.Submit(HoldRead, both, holder.Path),
            "writer" => executor.Submit(HoldWrite, both, holder.Path),
            _ => executor.Submit(HoldLockAsync, plain, holder.Path),
        };
        await RunsAloneAsync(executor, first, holder);
    }

    [Fact]
    public async Task Slices_OfOneThatWaitsForAnother_LetTheOtherBegin()
    {
        await using var executor = new ProcessExecutor(Sliced(mostBegun: 2));
        using ProcessScope scope = ProcessScope.Create();
        using IEvent given = scope.CreateEvent();
        using var gate = new Gate();

        Future<int> waits = executor.Submit(WaitFor, given, gate.Path);
        await gate.NextAsync();
        gate.Open();
        Future sets = executor.Submit(SetIt, given);

        await Task.WhenAll(waits.Task, sets.Task).InTime();
    }

    [Fact]
    public async Task Slices_OfProducersAndConsumers_LoseNothing()
    {
        await using var executor = new ProcessExecutor(Sliced(mostBegun: 6, workers: 2));
        using ProcessScope scope = ProcessScope.Create();
        using IQueue<int> queue = scope.CreateQueue<int>(capacity: 4);

        Future<long>[] consumers = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(Consume, queue, 400))];
        Future[] producers = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(Produce, queue, 400))];
        await Task.WhenAll(producers.Select(static future => future.Task)).InTime();
        long[] sums = await Task.WhenAll(consumers.Select(static future => future.Task)).InTime();

        Assert.Equal(3 * Enumerable.Range(0, 400).Sum(), sums.Sum());
    }

    [Fact]
    public async Task Slices_OfMoreThanWorkersAtOneLock_CountEveryStep()
    {
        const int Tasks = 6;
        await using var executor = new ProcessExecutor(Sliced(mostBegun: Tasks, workers: 2));
        using ProcessScope scope = ProcessScope.Create();
        using ILock gate = scope.CreateLock();
        using SharedValue<long> counter = scope.CreateValue<long>();
        using SharedDictionary<int, int> last = scope.CreateDictionary<int, int>();

        Future[] futures = [.. Enumerable.Range(0, Tasks).Select(number => executor.Submit(CountUnder, gate, counter, last, number))];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Equal(Tasks * Rounds, counter.Value);
        Assert.All(Enumerable.Range(0, Tasks), number => Assert.Equal(Rounds - 1, last[number]));
    }

    [Fact]
    public async Task Slices_OfOneWithAMemoryThatItsParentDoesNotKnow_LeaveItRunning()
    {
        await using var executor = new ProcessExecutor(Sliced(mostBegun: 2));
        using var holder = new Gate();
        string name = $"slices-{Environment.ProcessId}";
        Future<int> first = executor.Submit(OpenMemory, name, holder.Path);
        await RunsAloneAsync(executor, first, holder);
    }

    /// <summary>While the first is in its gate it is never stopped, and nobody begins beside it.</summary>
    private static async Task RunsAloneAsync(ProcessExecutor executor, Future<int> first, Gate holder)
    {
        using var other = new Gate();
        await holder.NextAsync();
        Future<int> second = executor.Submit(Gate.Pass, other.Path);
        await UntilAsync(() => executor.GetWorkers().Count(static worker => worker.State is WorkerState.Idle or WorkerState.Busy) == 2);

        // Many slices long.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (int i = 0; i < 15; i++)
        {
            await timer.WaitForNextTickAsync();
            Assert.DoesNotContain(executor.GetWorkers(), static worker => worker.State == WorkerState.Suspended);
        }

        Assert.False(other.HasVisitor);
        holder.Open();
        await other.NextAsync();
        other.Open();
        await Task.WhenAll(first.Task, second.Task).InTime();
    }

    private static int HoldLock(ILock held, string gate)
    {
        using Hold hold = held.Acquire();
        return Gate.Pass(gate);
    }

    private static int HoldReentrant(IReentrantLock held, string gate)
    {
        using Hold outer = held.Acquire();
        using Hold inner = held.Acquire();
        return Gate.Pass(gate);
    }

    private static int HoldPermit(ISemaphore held, string gate)
    {
        using Hold hold = held.Acquire();
        return Gate.Pass(gate);
    }

    private static int HoldRead(IReaderWriterLock held, string gate)
    {
        using Hold hold = held.AcquireRead();
        return Gate.Pass(gate);
    }

    private static int HoldWrite(IReaderWriterLock held, string gate)
    {
        using Hold hold = held.AcquireWrite();
        return Gate.Pass(gate);
    }

    private static async Task<int> HoldLockAsync(ILock held, string gate)
    {
        using Hold hold = await held.AcquireAsync();
        return await Gate.PassAsync(gate, CancellationToken.None);
    }

    private static int WaitFor(IEvent given, string gate)
    {
        Gate.Pass(gate);
        given.Wait();
        return 1;
    }

    private static void SetIt(IEvent given) => given.Set();

    private static long Consume(IQueue<int> queue, int count)
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += queue.Get();
        }

        return sum;
    }

    private static void Produce(IQueue<int> queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Put(i);
        }
    }

    // Under the lock a read and a write, far apart: without it they lose steps.
    private static void CountUnder(ILock gate, SharedValue<long> counter, SharedDictionary<int, int> last, int number)
    {
        for (int i = 0; i < Rounds; i++)
        {
            using (gate.Acquire())
            {
                long seen = counter.Value;
                Thread.SpinWait(3000);
                counter.Value = seen + 1;
            }

            last[number] = i;
        }
    }

    private static int OpenMemory(string name, string gate)
    {
        using ProcessScope scope = ProcessScope.Open(name);
        return Gate.Pass(gate);
    }

    private static ProcessExecutorOptions Sliced(int mostBegun, int workers = 1)
    {
        ProcessExecutorOptions options = Small(workers);
        options.Policy = new RoundRobinPolicy(SchedulingTime.Millisecond);
        options.MostBegun = mostBegun;
        return options;
    }
}
