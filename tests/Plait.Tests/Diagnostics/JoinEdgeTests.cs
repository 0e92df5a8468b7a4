using Plait.Diagnostics;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>A join is an edge of the graph of waits. And what a report says of threads: their names, and their stacks.</summary>
public sealed class JoinEdgeTests : SynchronizationTest
{
    private readonly TimeSpan _usual = DeadlockDetection.Threshold;

    public JoinEdgeTests()
        : base(Setting.Processes) => DeadlockDetection.Threshold = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Join_OfAThreadThatWaitsForWhatTheCallerHolds_IsADeadlockThatNamesBoth()
    {
        ILock gate = Scope.CreateLock("till");
        Hold hold = gate.Acquire();
        WorkerThread clerk = WorkerThread.Start(() => gate.Acquire().Release(), "a clerk with a long name");
        UntilWaiting(gate, 1);

        var error = Assert.Throws<DeadlockException>(() => clerk.Join());

        DeadlockReport report = error.Report!;
        Assert.Equal(2, report.Units.Count);
        Assert.Equal(("thread", "a clerk with a long name"), (report.Units[0].Kind, report.Units[0].WaitsFor));
        Assert.Equal("till", Assert.Single(report.Units[0].Holds).Name);
        Assert.StartsWith("JoinEdgeTests.cs:", report.Units[0].WaitsAt, StringComparison.Ordinal);
        Assert.Equal(("lock", "till", "a clerk with a long name"), (report.Units[1].Kind, report.Units[1].WaitsFor, report.Units[1].Unit.ThreadName));
        hold.Release();
        clerk.Join();
    }

    [Fact]
    public void Join_ByTwoThreadsOfEachOther_IsADeadlockOfBoth()
    {
        WorkerThread? second = null;
        using var ready = new ManualResetEventSlim();
        WorkerThread<bool> first = WorkerThread.Start(() =>
        {
            ready.Wait();
            return IsToldWhenJoining(second!);
        });
        WorkerThread<bool> other = WorkerThread.Start(() => IsToldWhenJoining(first));
        second = other;
        ready.Set();

        Assert.Single([first.Result, other.Result], static isTold => isTold);
    }

    [Fact]
    public void Join_WithATimeoutInACircle_EndsByItselfAndNobodyIsTold()
    {
        using var reports = new Reports();
        ILock gate = Scope.CreateLock();
        Hold hold = gate.Acquire();
        WorkerThread clerk = WorkerThread.Start(() => gate.Acquire().Release());
        UntilWaiting(gate, 1);

        bool hasEnded = clerk.Join(TimeSpan.FromMilliseconds(300));

        hold.Release();
        clerk.Join();
        Assert.False(hasEnded);
        Assert.Equal(0, reports.Count);
    }

    [Fact]
    public void Find_WhileAThreadJoinsAnother_ShowsTheEdge()
    {
        using var end = new ManualResetEventSlim();
        WorkerThread worker = WorkerThread.Start(() => end.Wait(), "worker");
        WorkerThread joiner = WorkerThread.Start(() => worker.Join(), "joiner");
        GraphWait? wait = null;

        Until(() =>
        {
            WaitGraphSnapshot graph = DeadlockDetector.Find();
            wait = graph.Waits.FirstOrDefault(wait => graph.Primitives[wait.Primitive] is { Kind: "thread", Name: "worker" } && graph.Units[wait.Unit].Unit.ThreadName == "joiner");
            return wait is not null;
        });

        Assert.StartsWith("JoinEdgeTests.cs:", wait!.At, StringComparison.Ordinal);
        end.Set();
        joiner.Join();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JoinAsync_OfAThreadThatWaitsForWhatTheFlowHolds_IsADeadlockThatNamesBoth(bool isAwaitedItself)
    {
        ILock gate = Scope.CreateLock("till");

        (DeadlockReport report, int flow) = End(Quarrel());

        Assert.Equal(2, report.Units.Count);
        Assert.Equal(("thread", "a clerk"), (report.Units[0].Kind, report.Units[0].WaitsFor));
        Assert.Equal("till", Assert.Single(report.Units[0].Holds).Name);
        Assert.True(report.Units[0].Unit.FlowId == flow && flow != 0, $"{report.Units[0].Unit} is not flow {flow}");
        Assert.StartsWith(isAwaitedItself ? "an unknown place" : "JoinEdgeTests.cs:", report.Units[0].WaitsAt, StringComparison.Ordinal);
        Assert.Equal(("lock", "till", "a clerk"), (report.Units[1].Kind, report.Units[1].WaitsFor, report.Units[1].Unit.ThreadName));

        async Task<(DeadlockReport, int)> Quarrel()
        {
            Hold hold = await gate.AcquireAsync();
            WorkerThread clerk = WorkerThread.Start(() => gate.Acquire().Release(), "a clerk");
            UntilWaiting(gate, 1);
            DeadlockException error = isAwaitedItself
                ? await Assert.ThrowsAsync<DeadlockException>(async () => await clerk)
                : await Assert.ThrowsAsync<DeadlockException>(() => clerk.JoinAsync());
            int owner = FlowOf(gate);
            hold.Release();
            Assert.True(await clerk.JoinAsync());
            return (error.Report!, owner);
        }
    }

    [Fact]
    public void JoinAsync_ThatWillEnd_IsNotReported()
    {
        using var reports = new Reports();
        ILock gate = Scope.CreateLock();
        long searches = DeadlockSearch.Searches;

        End(Join());

        Assert.Equal(0, reports.Count);

        async Task<bool> Join()
        {
            // The clerk waits for somebody who is in no circle, and both waits last until they have looked.
            Hold hold = await gate.AcquireAsync();
            using var isHeld = new ManualResetEventSlim();
            using var end = new ManualResetEventSlim();
            ILock other = Scope.CreateLock();
            WorkerThread owner = WorkerThread.Start(() => HoldUntil(other, isHeld, end));
            isHeld.Wait();
            WorkerThread clerk = WorkerThread.Start(() => other.Acquire().Release());
            Task<bool> join = clerk.JoinAsync();
            Until(() => DeadlockSearch.Searches > searches + 5);
            end.Set();
            bool hasEnded = await join;
            hold.Release();
            await owner;
            return hasEnded;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JoinAsync_ThatMayEndOtherwise_IsNotReported(bool hasTimeout)
    {
        using var reports = new Reports();
        ILock gate = Scope.CreateLock();

        End(Join());

        Assert.Equal(0, reports.Count);

        async Task<bool> Join()
        {
            Hold hold = await gate.AcquireAsync();
            long searches = DeadlockSearch.Searches;
            WorkerThread clerk = WorkerThread.Start(() => gate.Acquire().Release());
            using var source = new CancellationTokenSource();
            Task<bool> join = hasTimeout ? clerk.JoinAsync(TimeSpan.FromMinutes(10)) : clerk.JoinAsync(cancellationToken: source.Token);
            Until(() => DeadlockSearch.Searches > searches + 5);
            hold.Release();
            return await join;
        }
    }

    [Fact]
    public void JoinAsync_ByAFlowThatHoldsALock_CompletesWithTheThread()
    {
        ILock gate = Scope.CreateLock();

        Assert.True(End(JoinTwice()));

        async Task<bool> JoinTwice()
        {
            using Hold hold = await gate.AcquireAsync();
            WorkerThread<int> worker = WorkerThread.Start(static () => 7);
            bool first = await worker.JoinAsync();
            return first && await worker.JoinAsync() && await worker == 7;
        }
    }

    [Fact]
    public void Report_WithStacks_HasThoseOfAllProcesses()
    {
        (ILock fork, ILock noodles) = (Scope.CreateLock("fork"), Scope.CreateLock("noodles"));
        DeadlockDetection.CapturesStacks = true;
        try
        {
            using Hold first = noodles.Acquire();
            using ChildProcess<bool> child = ChildProcess.Start(TakeInTheChild, fork, noodles);
            UntilWaiting(noodles, 1);

            // The child has waited for its threshold when we look, for ours is longer.
            DeadlockDetection.Threshold = TimeSpan.FromSeconds(1);
            var error = Assert.Throws<DeadlockException>(() => fork.Acquire());

            Assert.Contains(nameof(Report_WithStacks_HasThoseOfAllProcesses), error.Report!.Units[0].Stack, StringComparison.Ordinal);
            Assert.Contains(nameof(TakeInTheChild), error.Report.Units[1].Stack, StringComparison.Ordinal);
            Assert.Contains(nameof(TakeInTheChild), error.Message, StringComparison.Ordinal);
            first.Release();
            Assert.True(End(child.GetResultAsync()));
        }
        finally
        {
            DeadlockDetection.CapturesStacks = false;
        }
    }

    [Fact]
    public void Report_WithStacksBehindAnAwaitOfALock_HasTheMethodsThatWait()
    {
        (ILock fork, ILock noodles, ILock door) = (Scope.CreateLock("fork"), Scope.CreateLock("noodles"), Scope.CreateLock("door"));
        DeadlockDetection.CapturesStacks = true;
        try
        {
            Hold closed = door.Acquire();
            Task<DeadlockReport> flow = TakeBehindTheDoor();
            UntilWaiting(door, 1);
            WorkerThread other = WorkerThread.Start(() =>
            {
                using Hold one = noodles.Acquire();
                fork.Acquire().Release();
            });
            UntilWaiting(fork, 1);

            // What follows runs within the methods that awaited the door.
            closed.Release();

            Assert.Contains(nameof(TakeBehindTheDoor), End(flow).Units[0].Stack, StringComparison.Ordinal);
            other.Join();
        }
        finally
        {
            DeadlockDetection.CapturesStacks = false;
        }

        async Task<DeadlockReport> TakeBehindTheDoor()
        {
            using Hold one = await fork.AcquireAsync().ConfigureAwait(false);
            using Hold passed = await door.AcquireAsync().ConfigureAwait(false);
            return Assert.Throws<DeadlockException>(() => noodles.Acquire()).Report!;
        }
    }

    protected override void OnEnd()
    {
        DeadlockDetection.Threshold = _usual;
        base.OnEnd();
    }

    private static bool TakeInTheChild(ILock fork, ILock noodles)
    {
        DeadlockDetection.CapturesStacks = true;
        DeadlockDetection.Threshold = TimeSpan.Zero;
        using Hold one = fork.Acquire();
        using Hold other = noodles.Acquire();
        return true;
    }

    private static void HoldUntil(ILock gate, ManualResetEventSlim isHeld, ManualResetEventSlim end)
    {
        using Hold hold = gate.Acquire();
        isHeld.Set();
        end.Wait();
    }

    private static unsafe int FlowOf(ILock gate)
    {
        var target = (Synchronizer)gate;
        return target.Memory.Agent(target.Record->State & 0xFFFF)->FlowId;
    }

    private static bool IsToldWhenJoining(WorkerThread other)
    {
        try
        {
            other.Join();
            return false;
        }
        catch (DeadlockException)
        {
            return true;
        }
    }

    private sealed class Reports : IDisposable
    {
        private int _count;

        public Reports() => DeadlockDetection.Detected += Add;

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => DeadlockDetection.Detected -= Add;

        private void Add(DeadlockReport report) => Interlocked.Increment(ref _count);
    }
}
