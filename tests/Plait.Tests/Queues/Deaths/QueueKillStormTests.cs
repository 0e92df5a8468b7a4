using System.Globalization;
using Plait.Interop;
using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>
/// Producers and consumers of numbered messages are killed at random moments and replaced: no message is lost but what the dead had in their hands, none
/// comes twice, none before an earlier one of its producer. PLAIT_STORM_KILLS sets how often, PLAIT_STORM_SEED repeats a run's choices.
/// </summary>
public sealed class QueueKillStormTests() : SynchronizationTest(Setting.Processes)
{
    private const int ProducerSlots = 2;
    private const int Slots = 4;

    private static readonly int s_kills = Number("PLAIT_STORM_KILLS", 40);
    private static readonly int s_seed = Number("PLAIT_STORM_SEED", Random.Shared.Next());

    protected override TimeSpan HangLimit => (2 * base.HangLimit) + (s_kills * TimeSpan.FromSeconds(1));

    [Fact]
    public void Kill_OfUsersOfAQueueOfBytes_LosesOnlyWhatTheyHadInHand() => Storm(() => Scope.CreateQueue<int>(64));

    [Fact]
    public void Kill_OfUsersOfAQueueOfBlocks_LosesOnlyWhatTheyHadInHand() => Storm(() => Scope.CreateQueue<double[]>(16));

    [Fact]
    public void Kill_OfUsersOfAGrowingQueue_LosesOnlyWhatTheyHadInHand() => Storm(() => Scope.CreateQueue<Letter>(options: new QueueOptions { MostBytes = 1 << 20 }));

    private void Storm<T>(Func<IJoinableQueue<T>> make)
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        IJoinableQueue<T> queue = make();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {s_seed}");
        int producers = s_kills + 500;
        string path = NewNumbers(Traffic.LengthOf(producers));
        using var ledger = new Numbers(path);
        int left = s_kills;
        Task<(int Kills, int Consumers)>[] killers = [.. Enumerable.Range(0, Slots).Select(slot => OnThread(() =>
        {
            (int kills, int consumers) = (0, 0);
            var random = new Random(s_seed + slot);
            while (Interlocked.Decrement(ref left) >= 0 && ledger[Traffic.Errors] == 0)
            {
                bool isKilled = KillOne(queue, ledger, path, slot, producers, random);
                kills += isKilled ? 1 : 0;
                consumers += isKilled && slot >= ProducerSlots ? 1 : 0;
            }

            return (kills, consumers);
        }))];
        (int Kills, int Consumers)[] killed = [.. killers.Select(killer => killer.WaitAsync(HangLimit).GetAwaiter().GetResult())];

        // The last consumer empties it; everything is done then.
        Task<int> last = Start(Traffic.Consume, queue, path, Slots);
        Assert.True(queue.Join(2 * Waits.Hang), $"{queue.GetStatistics()}");
        queue.Shutdown();
        End(last);
        IEnumerable<string> wrong = HeapAudit.Since(Scope, before);

        QueueStatistics statistics = queue.GetStatistics();
        string errors = File.Exists($"{path}.errors") ? File.ReadAllText($"{path}.errors") : string.Empty;
        File.Delete($"{path}.errors");
        int[] lost = [.. Enumerable.Range(0, Math.Min(ledger[Traffic.Producers], producers)).Select(producer => LostOf(ledger, producer))];
        string figures = $"seed {s_seed}: {killed.Sum(static one => one.Kills)} kills, {killed.Sum(static one => one.Consumers)} of them of consumers, {lost.Sum()} messages lost with them, {statistics}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(errors.Length == 0, $"{figures}{Environment.NewLine}{errors}");
        Assert.True(killed.Sum(static one => one.Kills) > 0, figures);
        Assert.True(lost.Sum() <= statistics.Abandoned && statistics.Abandoned <= killed.Sum(static one => one.Consumers), figures);
        Assert.True((statistics.Count, statistics.UnfinishedTasks, statistics.Puts) == (0, 0, statistics.Gets), figures);
        Assert.Empty(wrong);
    }

    // Those whose put had returned, and that nobody has written down. One more may be in the queue than the producer lived to see.
    private static int LostOf(Numbers ledger, int producer)
    {
        int returned = Traffic.Returned(ledger, producer);
        for (int message = returned + 1; message < Traffic.Most; message++)
        {
            Assert.Equal(0, Traffic.Got(ledger, producer, message));
        }

        return Enumerable.Range(0, returned).Count(message => Traffic.Got(ledger, producer, message) == 0);
    }

    // At a moment of which nobody knows what it is doing: it has done a few things, and is in the middle of the next.
    private static bool KillOne<T>(IJoinableQueue<T> queue, Numbers ledger, string path, int slot, int producers, Random random)
    {
        Traffic.ResetSlot(ledger, slot);
        int producer = slot < ProducerSlots ? ledger.Add(Traffic.Producers) - 1 : 0;
        Assert.InRange(producer, 0, producers - 1);
        using ChildProcess<int> victim = slot < ProducerSlots
            ? ChildProcess.Start(Traffic.Produce, queue, path, slot, producer)
            : ChildProcess.Start(Traffic.Consume, queue, path, slot);

        // The others may be dead as well for a while, so it may have nothing to do.
        int operations = random.Next(400);
        _ = SpinWait.SpinUntil(() => Traffic.Operations(ledger, slot) > operations || victim.Outcome is not null, TimeSpan.FromMilliseconds(400));
        Thread.SpinWait(random.Next(10_000));
        bool isKilled = victim.Outcome is null && Libc.kill(victim.Pid, Signals.Kill) == 0;
        Assert.True(victim.Join(Waits.Hang));
        return isKilled && victim.Outcome?.Signal == Signals.Kill;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
