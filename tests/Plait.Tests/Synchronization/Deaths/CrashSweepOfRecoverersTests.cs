using System.Globalization;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// Kills whoever recovers what a dead unit left, at every point of that; the unit had died at any point of its own, in every situation, together
/// with all whom it met. Whoever comes then finds everything usable, learns of the death once, and leaves an empty memory.
/// <para>
/// Of all pairs of points some are tried each time: PLAIT_SWEEP_SEED chooses others, PLAIT_SWEEP_ALL=1 tries them all.
/// </para>
/// </summary>
public sealed class CrashSweepOfRecoverersTests() : SynchronizationTest(Setting.Processes)
{
    private const int Pairs = 400;

    // A recovery mostly has fewer points.
    private const int UsualPoints = 12;

    // Those that must be there: where the unit died, where its recoverer did.
    private static readonly (string Play, CrashPoint First, CrashPoint Second)[] s_always =
    [
        ("lock: before several", CrashPoint.WordReleased, CrashPoint.GuardInherited),
        ("lock: before several", CrashPoint.WordReleased, CrashPoint.QueueRebuilt),
        ("lock: before several", CrashPoint.WaitUnlinked, CrashPoint.ObjectRepaired),
        ("lock: before several", CrashPoint.HoldAbandoned, CrashPoint.AgentEnded),
        ("lock: alone", CrashPoint.WordTaken, CrashPoint.AbandonmentNoted),
        ("lock: alone", CrashPoint.HoldEntered, CrashPoint.HoldAbandoned),
        ("lock: alone", CrashPoint.HoldEntered, CrashPoint.WordReleased),
        ("strict lock: alone", CrashPoint.HoldEntered, CrashPoint.AgentCleared),
        ("strict lock: alone", CrashPoint.HoldEntered, CrashPoint.AgentFreed),
        ("strict lock: alone", CrashPoint.HoldEntered, CrashPoint.AgentsBuried),
        ("semaphore: behind another", CrashPoint.GrantSeen, CrashPoint.HoldAdopted),
        ("semaphore: behind another", CrashPoint.GrantSeen, CrashPoint.HoldTakenBack),
        ("semaphore: behind another", CrashPoint.GrantSeen, CrashPoint.GrantTakenBack),
        ("semaphore: behind another", CrashPoint.HoldEntered, CrashPoint.HoldAdopted),
        ("semaphore: behind another", CrashPoint.HoldEntered, CrashPoint.HoldTakenBack),
        ("semaphore: before a sleeper", CrashPoint.JournalBegun, CrashPoint.QueueRebuilt),
        ("semaphore: handing over", CrashPoint.HoldCopied, CrashPoint.AbandonmentNoted),
        ("semaphore: handing over", CrashPoint.HoldMoved, CrashPoint.JournalCounted),
        ("semaphore: ending", CrashPoint.JournalBegun, CrashPoint.AgentEnded),
        ("reading: behind another", CrashPoint.GrantSeen, CrashPoint.HoldAdopted),
        ("reading: behind another", CrashPoint.GrantSeen, CrashPoint.HoldTakenBack),
        ("writing: before a sleeper", CrashPoint.GuardTaken, CrashPoint.AbandonmentNoted),
        ("writing: handing over", CrashPoint.WordHandedOver, CrashPoint.WordReleased),
        ("condition: waiting for a notification", CrashPoint.NotificationNoted, CrashPoint.GrantTakenBack),
        ("condition: waiting for a notification", CrashPoint.ConditionRegaining, CrashPoint.NotificationPassedOn),
        ("condition: giving up", CrashPoint.WaitSleeping, CrashPoint.WaitWithdrawn),
        ("condition: giving up", CrashPoint.WaitSleeping, CrashPoint.WaitForgotten),
        ("automatic event: waiting", CrashPoint.WaitAcknowledging, CrashPoint.EventSet),
        ("barrier: arriving last", CrashPoint.BarrierActing, CrashPoint.BarrierBroken),
        ("barrier: arriving last", CrashPoint.BarrierActing, CrashPoint.BarrierRefused),
        ("memory: coming", CrashPoint.AgentTaken, CrashPoint.AgentsBuried),
    ];

    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("PLAIT_SWEEP_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 1;
    private static readonly bool s_isWhole = Environment.GetEnvironmentVariable("PLAIT_SWEEP_ALL") == "1";

    protected override TimeSpan HangLimit => (s_isWhole ? 60 : 5) * base.HangLimit;

    [Fact]
    public void Recoverer_KilledAtAnyPoint_LeavesTheRestToOthers()
    {
        string numbers = NewNumbers();
        Play[] plays = [.. Plays.Groups.Values.SelectMany(static group => group).Where(static play => !play.IsOfEngine)];
        Ending[] whole = Trials.OfRecoverers([.. plays.Select(static play => (play, int.MaxValue, int.MaxValue))], numbers);
        (Play Play, int Target)[] corpses = [.. whole.Zip(plays).SelectMany(static one => Enumerable.Range(1, one.First.Hits).Select(target => (one.Second, target)))];
        var random = new Random(s_seed);
        IEnumerable<(Play Play, int Target, int Second)> pairs = s_always.Select(static pair => (Plays.Named(pair.Play), -(int)pair.First, -(int)pair.Second)).Concat(s_isWhole
            ? Enumerable.Range(1, 3 * UsualPoints).SelectMany(second => corpses.Select(corpse => (corpse.Play, corpse.Target, second)))
            : Enumerable.Range(0, Pairs).Select(_ => corpses[random.Next(corpses.Length)]).Select(corpse => (corpse.Play, corpse.Target, random.Next(1, UsualPoints + 1))));

        var endings = new List<Ending>();
        foreach ((Play, int, int)[] batch in pairs.Chunk(Trials.Most))
        {
            endings.AddRange(Trials.OfRecoverers(batch, numbers));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {s_seed}: {endings.Count} of {corpses.Length} x {UsualPoints} rows: {string.Join(", ", endings.CountBy(static ending => ending.SecondPoint).OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value}"))}");
        Assert.Empty(s_always.Select(static pair => pair.Second).Except(endings.Select(static ending => ending.SecondPoint)));
    }
}
