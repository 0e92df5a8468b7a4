using Plait.Memory;
using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>What a process that is killed costs the others: what it had in its hands, and nothing else.</summary>
public sealed class QueueDeathTests() : SynchronizationTest(Setting.Processes)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Join_OfWorkThatAKilledProcessHad_EndsAndCountsIt(int order)
    {
        Join<int>((QueueOrder)order);
        Join<double[]>((QueueOrder)order);
    }

    [Fact]
    public void Get_OfWhatAKilledProcessPut_GivesIt()
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        IJoinableQueue<double[]> queue = Scope.CreateQueue<double[]>();
        using var gate = new Gate();
        Kill(gate, ChildProcess.Start(
            static (IJoinableQueue<double[]> queue, string gate) =>
            {
                queue.PutMany(Items.MakeMany<double[]>(1, 2, 3));
                Gate.Pass(gate);
            },
            queue,
            gate.Path));

        Assert.Equal([1, 2, 3], Items.ReadMany(queue.ToDrained()));
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    [Fact]
    public void Put_AfterAWaitingGetterIsKilled_GoesToAnother()
    {
        IJoinableQueue<int> queue = Scope.CreateQueue<int>(1);
        for (int round = 0; round < 5; round++)
        {
            using ChildProcess<int> victim = ChildProcess.Start(static (IJoinableQueue<int> queue) => queue.Get(), queue);
            Until(() => queue.GetStatistics().WaitingGetters == 1);
            Task<int> other = OnThread(() => queue.Get());
            Until(() => queue.GetStatistics().WaitingGetters == 2);
            Kill(victim);

            queue.Put(round);

            Assert.Equal(round, End(other));
            queue.TaskDone();
        }

        Assert.Equal((0, 0, 0), (queue.UnfinishedTasks, queue.Count, (int)queue.GetStatistics().Abandoned));
    }

    [Fact]
    public void Get_AfterAWaitingPutterIsKilled_LetsAnotherPut()
    {
        IJoinableQueue<int> queue = Scope.CreateQueue<int>(1);
        queue.Put(100);
        for (int round = 0; round < 5; round++)
        {
            using ChildProcess victim = ChildProcess.Start(static (IJoinableQueue<int> queue) => queue.Put(-1), queue);
            Until(() => queue.GetStatistics().WaitingPutters == 1);
            Task<bool> other = OnThread(() => queue.Put(round));
            Until(() => queue.GetStatistics().WaitingPutters == 2);
            Kill(victim);

            Assert.InRange(queue.Get(), 0, 100);
            Assert.True(End(other));
        }

        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void Shutdown_AtOnceByOneThatHasNotSeenItGrow_FreesEveryItem()
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        string name = $"grown-{Guid.NewGuid():N}";
        IQueue<double[]> one = Scope.CreateQueue<double[]>(name: name);
        IQueue<double[]> other = Scope.CreateQueue<double[]>(name: name);
        one.PutMany(Items.MakeMany<double[]>(Enumerable.Range(0, 300)));

        other.Shutdown(immediate: true);

        Assert.Equal(0, one.Count);
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    private void Join<T>(QueueOrder order)
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        IJoinableQueue<T> queue = order switch
        {
            QueueOrder.Fifo => Scope.CreateQueue<T>(),
            QueueOrder.Lifo => Scope.CreateLifoQueue<T>(9),
            _ => Scope.CreatePriorityQueue<T>(Items.Priority),
        };
        queue.PutMany(Items.MakeMany<T>(1, 2, 3, 4, 5));
        using var gate = new Gate();
        ChildProcess victim = ChildProcess.Start(
            static (IJoinableQueue<T> queue, string gate) =>
            {
                _ = queue.Get();
                _ = queue.GetMany(new T[3]);
                queue.TaskDone();
                Gate.Pass(gate);
            },
            queue,
            gate.Path);
        Task<bool>[] joiners = [OnThread(() => queue.Join()), InFlow(async () => await queue.JoinAsync())];
        Until(() => queue.WaitingJoiners() == joiners.Length);
        Kill(gate, victim);

        // The three that it had are lost; one is still to be done.
        Until(() => queue.UnfinishedTasks == 1);
        Assert.DoesNotContain(joiners, static joiner => joiner.IsCompleted);
        _ = queue.Get();
        queue.TaskDone();

        Assert.All(End(joiners), Assert.True);
        Assert.Equal(3, queue.GetStatistics().Abandoned);
        Assert.Throws<InvalidOperationException>(queue.TaskDone);
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    private static void Kill(Gate gate, ChildProcess victim)
    {
        using (victim)
        {
            _ = End(gate.NextAsync());
            Kill(victim);
        }
    }

    private static void Kill(ChildProcess victim)
    {
        victim.Kill();
        Assert.True(victim.Join(Waits.Hang));
    }
}
