using Plait.Coroutines;
using Plait.Execution;
using Plait.Interop;
using Plait.Scheduling;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Loops whose steps a policy orders: the same policies that simulations and thread executors use.</summary>
public sealed class PolicyLoopTests : CoroutineTest
{
    private static readonly TimeSpan s_quantum = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void Steps_UnderFifo_TakeTurnsAsWithoutAPolicy()
    {
        Assert.Equal(Run(Log), Run(Log, Options(static () => new FifoPolicy())));

        static async Task<string> Log()
        {
            string log = string.Empty;
            await Coroutine.JoinAll([.. "abc".Select(name => Coroutine.Spawn(async () =>
            {
                for (int i = 0; i < 3; i++)
                {
                    log += name;
                    await Coroutine.Yield();
                }
            }))]);
            return log;
        }
    }

    [Fact]
    public void Steps_UnderPriority_AreThoseOfTheMostUrgentThatCanGoOn()
    {
        string log = Run(
            static async () =>
            {
                string log = string.Empty;
                using var gate = new SemaphoreSlim(0);
                await Coroutine.JoinAll(Start('c', 3), Start('a', 1), Start('b', 2));
                return log;

                Coroutine Start(char name, int priority) => Coroutine.Spawn(
                    async () =>
                    {
                        log += name;
                        await Coroutine.Yield();
                        log += name;
                        if (name == 'a')
                        {
                            // The others have the loop until it is woken, and not a step longer.
                            await gate.WaitAsync();
                            log += name;
                        }
                        else
                        {
                            gate.Release();
                            await Coroutine.Yield();
                            log += name;
                        }
                    },
                    new CoroutineOptions { Scheduling = new SchedulingAttributes { Priority = priority } });
            },
            Options(static () => new PriorityPolicy()));

        Assert.Equal("aabbabccc", log);
    }

    [Fact]
    public void Steps_UnderStride_AreInProportionToTheWeights()
    {
        var time = new ManualTime();
        (int heavy, int light) = Run(
            async () =>
            {
                int[] steps = new int[2];
                Coroutine[] both = [Start(0, 3), Start(1, 1)];
                await Coroutine.JoinAll(both);
                return (steps[0], steps[1]);

                Coroutine Start(int index, int weight) => Coroutine.Spawn(
                    async () =>
                    {
                        while (steps.Sum() < 400)
                        {
                            steps[index]++;
                            time.Advance(s_quantum);
                            await Coroutine.Yield();
                        }
                    },
                    new CoroutineOptions { Scheduling = new SchedulingAttributes { Weight = weight } });
            },
            Options(static () => new StridePolicy(SchedulingTime.Of(s_quantum)), time));

        Assert.InRange(heavy, 298, 302);
        Assert.Equal(400, heavy + light);
    }

    [Fact]
    public void Steps_UnderMultilevelFeedback_OfOneThatComputesComeBehindShortOnes()
    {
        var time = new ManualTime();
        string log = Run(
            async () =>
            {
                string log = string.Empty;
                Coroutine computes = Coroutine.Spawn(async () =>
                {
                    for (int i = 0; i < 4; i++)
                    {
                        log += 'C';
                        time.Advance(TimeSpan.FromSeconds(1));
                        await Coroutine.Yield();
                    }
                });
                Coroutine asks = Coroutine.Spawn(async () =>
                {
                    for (int i = 0; i < 6; i++)
                    {
                        log += 'a';
                        time.Advance(TimeSpan.FromMicroseconds(1));
                        await Coroutine.Yield();
                    }
                });
                await Coroutine.JoinAll(computes, asks);
                return log;
            },
            Options(static () => new MultilevelFeedbackPolicy(), time));

        Assert.Equal("CaaaaaaCCC", log);
    }

    [Fact]
    public void Steps_UnderEarliestDeadline_AreThoseOfTheOneThatIsDueFirst()
    {
        string log = Run(
            static async () =>
            {
                string log = string.Empty;
                await Coroutine.JoinAll(Start('b', 2), Start('c', 3), Start('a', 1));
                return log;

                Coroutine Start(char name, int second) => Coroutine.Spawn(
                    async () =>
                    {
                        log += name;
                        await Coroutine.Yield();
                        log += name;
                    },
                    new CoroutineOptions { Scheduling = new SchedulingAttributes { Deadline = MonotonicClock.Now + (second * SchedulingTime.Second) } });
            },
            Options(static () => new EarliestDeadlineFirstPolicy()));

        Assert.Equal("aabbcc", log);
    }

    [Fact]
    public void Spawn_OfAnotherInEachStep_LeavesNoEntryBehind() => Run(
        static async () =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                await Coroutine.Spawn(async () => await Coroutine.Yield());
            }

            // What has ended is known to nobody: a policy of its own would hold on to it.
            WeakReference ended = await Weak();

            // In a step of its own: the one before has it on its stack.
            await Coroutine.Yield();
            Waits.AreCollected([ended]);

            static async Task<WeakReference> Weak()
            {
                Coroutine coroutine = Coroutine.Spawn(async () => await Coroutine.Yield());
                await coroutine;
                return new WeakReference(coroutine);
            }
        },
        Options(static () => new RoundRobinPolicy(SchedulingTime.Millisecond)));

    [Fact]
    public void Kill_UnderAPolicy_EndsThoseThatWaitAndThoseThatHaveNotBegun() => Run(
        static async () =>
        {
            Coroutine sleeps = Coroutine.Spawn(() => Coroutine.Sleep(Long).AsTask());
            await Coroutine.Yield();
            Coroutine pending = Coroutine.Spawn(static () => throw new InvalidOperationException("It was killed before."));
            await Coroutine.KillAll(sleeps, pending);
            Assert.Equal((CoroutineState.Cancelled, CoroutineState.Cancelled), (sleeps.State, pending.State));
        },
        Options(static () => new PriorityPolicy()));

    [Fact]
    public void Run_UnderAPolicyWhereAllWaitForEachOther_NamesThem()
    {
        CoroutineDeadlockException stuck = Assert.Throws<CoroutineDeadlockException>(() => Run(
            static async () =>
            {
                Coroutine? second = null;
                Coroutine first = Coroutine.Spawn(async () => await second!, new CoroutineOptions { Name = "first" });
                second = Coroutine.Spawn(async () => await first, new CoroutineOptions { Name = "second" });
                await first;
            },
            Options(static () => new FifoPolicy())));
        Assert.Contains("'first' waits for", stuck.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_WithStepsThatWait_EndsTheirCoroutines()
    {
        EventLoop loop = EventLoop.Start(Options(static () => new FifoPolicy()));
        Coroutine[] spawned = [.. Enumerable.Range(0, 1000).Select(_ => loop.Spawn(static () => Coroutine.Sleep(Long).AsTask()))];
        loop.Dispose();
        Assert.All(spawned, static coroutine => Assert.False(coroutine.IsAlive));
    }

    [Fact]
    public void LoopGroup_WithAPolicy_MakesOneForEachLoop()
    {
        int made = 0;
        using (var group = new LoopGroup(3, Options(() =>
        {
            made++;
            return new FifoPolicy();
        })))
        {
            Assert.Equal(3, group.Loops.Count);
        }

        Assert.Equal(3, made);
    }

    [Fact]
    public void Start_WithAFactoryThatMakesNone_Throws()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(static () => EventLoop.Start(Options(static () => null!)));
        Assert.Contains("PolicyFactory has made no policy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Submit_ToACoroutineExecutorWithAPolicy_GivesStepsByThePriorityOfTasks()
    {
        using var executor = new CoroutineExecutor(new CoroutineExecutorOptions { Loops = 1, PolicyFactory = static () => new PriorityPolicy(), BlockedAfter = Timeout.InfiniteTimeSpan });
        string log = string.Empty;
        using var all = new ManualResetEventSlim();
        Future first = executor.Submit(new Action(() => all.Wait(Waits.Hang)));
        Future[] others = [.. "cab".Select(name => executor.Submit(
            new Func<Task>(async () =>
            {
                log += name;
                await Coroutine.Yield();
                log += name;
            }),
            new TaskOptions { Priority = name }))];
        all.Set();
        first.Wait(Waits.Hang);
        Assert.All(others, static future => future.Wait(Waits.Hang));
        Assert.Equal("aabbcc", log);
    }

    private static EventLoopOptions Options(Func<SchedulingPolicy> policy, TimeProvider? time = null) =>
        new() { PolicyFactory = policy, TimeProvider = time ?? TimeProvider.System, BlockedAfter = Timeout.InfiniteTimeSpan };
}
