using Plait.Queues;
using Plait.Queues.Engine;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization.Deaths;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>What may happen at a queue that delivers at least once: nothing is lost, whoever is killed.</summary>
internal static class LeasePlays
{
    private const int Items = 3;

    public static IEnumerable<Play> All =>
    [
        new Play("leases: completing")
        {
            Make = static scope => Make(scope),
            Companions = [Join],
            Prepare = UntilJoining,
            Act = static stage =>
            {
                stage.Count = (-1, 0);
                Take(stage).Complete();
                stage.Count = (-1, -1);
            },
            Revive = Finish,
            Check = Check,
        },
        new Play("leases: giving back")
        {
            Make = static scope => Make(scope),
            Act = static stage => Take(stage).Dispose(),
            Check = Check,
        },
        new Play("leases: taking what came back")
        {
            Make = static scope => Make(scope),
            Prepare = static stage => Take(stage).Dispose(),
            Act = static stage =>
            {
                stage.Count = (-1, 0);
                Take(stage).Complete();
                stage.Count = (-1, -1);
            },
            Check = Check,
        },
        new Play("leases: ending it at once")
        {
            Make = static scope => Make(scope),
            Companions = [Join],
            Prepare = static stage =>
            {
                UntilJoining(stage);
                Take(stage).Dispose();
            },
            Act = static stage => Of(stage).Shutdown(immediate: true),
            Revive = static stage =>
            {
                Of(stage).Shutdown(immediate: true);
                Stage.Until(() => stage.HasJoined, "who joins goes on");
            },
            Check = static stage =>
            {
                // The victim may have come to nothing.
                Of(stage).Shutdown(immediate: true);
                stage.Count = (-Items, -Items);
                Check(stage);
            },
        },
    ];

    private static void Make(Plait.Synchronization.IScope scope) =>
        scope.CreateLeaseQueue<double[]>(8).PutMany(Queues.Items.MakeMany<double[]>(Enumerable.Range(1, Items)));

    private static ILeaseQueue<double[]> Of(Stage stage) => (ILeaseQueue<double[]>)(object)QueueFactory.Attach<double[]>(QueueParts.Attach(stage.Scope, 1), [], priority: null);

    private static QueueLease<double[]> Take(Stage stage)
    {
        Assert.True(Of(stage).TryLease(2 * Waits.Hang, out QueueLease<double[]>? lease), "no item comes");
        Assert.InRange(Queues.Items.Read(lease.Item), 1, Items);
        return lease;
    }

    private static void Join(Stage stage)
    {
        Assert.True(Of(stage).Join(2 * Waits.Hang), "a join does not end");
        stage.HasJoined = true;
    }

    private static void UntilJoining(Stage stage) => Stage.Until(() => stage.IsAlone || Of(stage).WaitingJoiners() > 0, "somebody joins");

    private static void Finish(Stage stage)
    {
        foreach (int number in Drain(stage))
        {
            Assert.InRange(number, 1, Items);
            _ = stage.AddTally();
        }

        Stage.Until(() => stage.HasJoined, "who joins goes on");
    }

    private static void Check(Stage stage)
    {
        stage.Scope.Memory.Liveness.SweepAll();
        QueueStatistics before = Of(stage).GetStatistics();
        int[] left = Drain(stage);
        Assert.True(before.Count == left.Length, $"{left.Length} items are left of {before}");
        Assert.True(Of(stage).IsShutdown || before.Puts + before.Redelivered - before.Gets == before.Count, $"{before}");
        (int least, int most) = stage.Count;
        Assert.True(left.Length - Items + stage.Tally >= least && left.Length - Items + stage.Tally <= most, $"{left.Length} items are left, with {least} to {most} of the victim's, and {stage.Tally} that others took");
        Assert.Equal(left.Length, left.Distinct().Count());
        QueueStatistics statistics = Of(stage).GetStatistics();
        Assert.True((statistics.Count, statistics.UnfinishedTasks, statistics.Abandoned) == (0, 0, 0L), $"{statistics}");
        Assert.True(Of(stage).Join(TimeSpan.Zero));
        List<string> wrong = HeapAudit.Of(stage.Scope.Memory);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
    }

    private static int[] Drain(Stage stage)
    {
        var numbers = new List<int>();
        try
        {
            while (Of(stage).TryLease(out QueueLease<double[]>? lease))
            {
                numbers.Add(Queues.Items.Read(lease.Item));
                lease.Complete();
            }
        }
        catch (QueueShutdownException)
        {
            // That is its end.
        }

        return [.. numbers];
    }
}
