using Plait.Memory;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// Kills a unit at every point that it comes to, in every situation, at every primitive: those who wait go on, those who come learn of it once,
/// nothing is lost or doubled, and nothing of the dead is left in the memory.
/// </summary>
public sealed class CrashSweepOfUnitsTests() : SynchronizationTest(Setting.Processes)
{
    private static readonly CrashPoint[] s_anywhere =
    [
        CrashPoint.PendingPublished,
        CrashPoint.GuardTaken,
        CrashPoint.WaitPrepared,
        CrashPoint.WaitPublished,
        CrashPoint.QueueLinking,
        CrashPoint.QueueEntered,
        CrashPoint.QueueUnlinking,
        CrashPoint.WaitUnlinked,
        CrashPoint.WaitEnded,
        CrashPoint.WakingWaiters,
        CrashPoint.WaitAcknowledging,
        CrashPoint.WaitAcknowledged,
        CrashPoint.DeliveryClaimed,
        CrashPoint.DeliveryListed,
    ];

    // Of each group, the points that make it what it is. Which others are reached depends on who is quicker.
    private static readonly Dictionary<string, CrashPoint[]> s_points = new()
    {
        ["lock"] = [.. s_anywhere, CrashPoint.WordTaken, CrashPoint.WaiterPoked, CrashPoint.WordReleased, CrashPoint.LockReleased, CrashPoint.HoldEntered, CrashPoint.ReportTaking, CrashPoint.WordHandedOver, CrashPoint.HoldCopied],
        ["strict lock"] = [.. s_anywhere, CrashPoint.WordReleased, CrashPoint.LockReleased, CrashPoint.HoldEntered, CrashPoint.ReportTaking],
        ["reentrant lock"] = [.. s_anywhere, CrashPoint.WaiterPoked, CrashPoint.WordReleased, CrashPoint.LockReleased, CrashPoint.ReportTaking],
        ["semaphore"] = [.. s_anywhere, CrashPoint.PermitsGiven, CrashPoint.JournalPrepared, CrashPoint.JournalBegun, CrashPoint.JournalCounted, CrashPoint.JournalEnding, CrashPoint.HoldCopied, CrashPoint.HoldMoved, CrashPoint.GrantSeen],
        ["bounded semaphore"] = [.. s_anywhere, CrashPoint.PermitsGiven, CrashPoint.JournalPrepared, CrashPoint.JournalBegun, CrashPoint.JournalCounted, CrashPoint.JournalEnding],
        ["writing"] = [.. s_anywhere, CrashPoint.WriterEntering, CrashPoint.WordReleased, CrashPoint.WordGranted, CrashPoint.WordHandedOver, CrashPoint.HoldCopied],
        ["reading"] = [.. s_anywhere, CrashPoint.WordGranted, CrashPoint.JournalBegun, CrashPoint.JournalCounted, CrashPoint.HoldMoved],
        ["events and countdowns"] = [.. s_anywhere, CrashPoint.EventSet, CrashPoint.SignalCounted, CrashPoint.PermitsGiven, CrashPoint.JournalBegun, CrashPoint.WaitSleeping, CrashPoint.WaitWithdrawn, CrashPoint.WaitIdle, CrashPoint.WaitForgotten],
        ["conditions"] = [.. s_anywhere, CrashPoint.ConditionReleased, CrashPoint.NotificationNoted, CrashPoint.ConditionRegaining, CrashPoint.ConditionRegained],
        ["barriers"] = [.. s_anywhere, CrashPoint.BarrierActing, CrashPoint.RoundGranted, CrashPoint.BarrierBroken, CrashPoint.BarrierRefused],
        ["memory"] = [CrashPoint.ParticipantJoining, CrashPoint.AgentTaken, CrashPoint.AgentPublished, CrashPoint.ObjectTaken],
        ["delivery"] = [CrashPoint.DeliveriesTaken],
    };

    private const int Attempts = 5;

    public static TheoryData<string> Groups => [.. Plays.Groups.Keys];

    protected override TimeSpan HangLimit => 5 * base.HangLimit;

    [Theory]
    [MemberData(nameof(Groups))]
    public void Unit_KilledAtAnyPoint_LeavesThePrimitiveToOthers(string group)
    {
        string numbers = NewNumbers();
        Play[] plays = Plays.Groups[group];

        // Nobody is stopped, to see how many points there are; the victims are killed when they are done.
        Ending[] whole = Trials.OfVictims([.. plays.Select(static play => (play, int.MaxValue))], numbers);
        (Play Play, int Target)[] rows = [.. whole.Zip(plays).SelectMany(static one => Enumerable.Range(1, one.Second.IsOfEngine ? 1 : one.First.Hits).Select(target => (one.Second, target)))];
        var endings = new List<Ending>();
        Run(rows);

        // On a busy machine the same number leads to another point: those that were missed are asked for by name.
        for (int attempt = 0; attempt < Attempts && Missing().Length > 0; attempt++)
        {
            Run(Missing().SelectMany(point => plays.Select(play => (play, -(int)point))));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{endings.Count} rows: {string.Join(", ", endings.CountBy(static ending => ending.Point).OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value}"))}");
        Assert.Empty(Missing());

        CrashPoint[] Missing() => [.. s_points[group].Except(endings.Select(static ending => ending.Point))];

        void Run(IEnumerable<(Play Play, int Target)> chosen)
        {
            foreach ((Play, int)[] batch in chosen.Chunk(Trials.Most))
            {
                endings.AddRange(Trials.OfVictims(batch, numbers));
            }
        }
    }
}
