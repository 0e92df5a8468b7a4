using Plait.Queues;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Queues;

/// <content>Items that are done, and who waits for that.</content>
public abstract partial class QueueContract<T>
{
    [Fact]
    public void TaskDone_OnceTooOften_IsRefused()
    {
        IJoinableQueue<T> queue = Create();
        Assert.Contains(queue.Name, Assert.Throws<InvalidOperationException>(queue.TaskDone).Message, StringComparison.Ordinal);
        queue.PutMany(Items.MakeMany<T>(1, 2));
        Assert.Equal(2, queue.UnfinishedTasks);
        _ = queue.Get();
        queue.TaskDone();
        Assert.Equal(1, queue.UnfinishedTasks);
        _ = queue.Get();
        queue.TaskDone();

        Assert.Throws<InvalidOperationException>(queue.TaskDone);

        Assert.Equal(0, queue.UnfinishedTasks);
        queue.Put(Item(3));
        Assert.Equal(1, queue.UnfinishedTasks);
    }

    [Fact]
    public async Task Join_WithNothingToDo_ReturnsAtOnce()
    {
        IJoinableQueue<T> queue = Create();

        queue.Join();
        Assert.True(queue.Join(TimeSpan.Zero));
        ValueTask join = queue.JoinAsync();
        Assert.True(join.IsCompletedSuccessfully);
        await join;
    }

    [Fact]
    public void Join_BySeveral_EndsWithTheLastItem()
    {
        IJoinableQueue<T> queue = Create();
        for (int round = 0; round < 3; round++)
        {
            queue.PutMany(Items.MakeMany<T>(1, 2, 3));
            Task<bool>[] joiners = Joining(queue);
            for (int i = 0; i < 3; i++)
            {
                _ = queue.Get();
                Assert.DoesNotContain(joiners, static joiner => joiner.IsCompleted);
                queue.TaskDone();
            }

            Assert.All(End(joiners), Assert.True);
        }
    }

    [Fact]
    public async Task Join_WhenTheTimeIsOver_IsFalse()
    {
        IJoinableQueue<T> queue = CreateWith(1);

        Assert.False(queue.Join(TimeSpan.Zero));
        long begin = TimeProvider.System.GetTimestamp();
        Assert.False(queue.Join(Short));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);

        using var source = new CancellationTokenSource();
        Task<bool>[] joiners = [OnThread(() => queue.Join(source.Token)), OnThread(() => queue.Join(TimeSpan.FromHours(1), source.Token)), InFlow(async () => await queue.JoinAsync(source.Token))];
        Until(() => queue.WaitingJoiners() == joiners.Length);
        await source.CancelAsync();
        foreach (Task<bool> joiner in joiners)
        {
            Assert.Equal(source.Token, (await ErrorOf<OperationCanceledException>(joiner)).CancellationToken);
        }

        Assert.Throws<OperationCanceledException>(() => queue.Join(source.Token));
        Assert.Equal(1, queue.UnfinishedTasks);
    }

    [Fact]
    public void Join_OfWorkThatOtherUnitsDo_EndsWhenItIsDone()
    {
        const int Work = 60;
        IJoinableQueue<T> queue = Create();
        Task<int>[] workers = StartMany(Consumers, WorkUntilTheEnd, queue);
        for (int i = 0; i < Work; i++)
        {
            queue.Put(Item(i));
        }

        Assert.True(queue.Join(Waits.Hang));

        Assert.Equal((0, true), (queue.UnfinishedTasks, queue.IsEmpty));
        queue.Shutdown();
        Assert.Equal(Work, End(workers).Sum());
        Assert.Equal(0, queue.GetStatistics().Abandoned);
    }

    private static int WorkUntilTheEnd(IJoinableQueue<T> queue)
    {
        int done = 0;
        foreach (T item in queue.ReadAll())
        {
            _ = Number(item);
            queue.TaskDone();
            done++;
        }

        return done;
    }
}
