using Plait.Memory;
using Plait.Tests.Synchronization;
using Plait.Tests.Synchronization.Deaths;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>
/// Kills a unit at every point that it comes to while it uses a queue: the others go on at once, the counts are right, joins end, nothing is lost
/// but what the dead one had in its hands, nothing is doubled, and no block of the heap is nobody's.
/// </summary>
public sealed class CrashSweepOfQueuesTests() : SynchronizationTest(Setting.Processes)
{
    private static readonly CrashPoint[] s_anywhere =
    [
        CrashPoint.ItemWritten,
        CrashPoint.ItemPut,
        CrashPoint.ItemRead,
        CrashPoint.ItemGot,
        CrashPoint.WorkPrepared,
        CrashPoint.WorkBegun,
        CrashPoint.WorkCounted,
        CrashPoint.QueueShut,
        CrashPoint.HeapExtended,
        CrashPoint.BlockTaken,
        CrashPoint.QueueMade,
    ];

    private static readonly CrashPoint[] s_ofBlocks = [CrashPoint.BlockFilled, CrashPoint.BlockOwned, CrashPoint.BlockFreed];

    private static readonly CrashPoint[] s_ofGrowing = [CrashPoint.QueueGrowing, CrashPoint.QueueGrown];

    private static readonly CrashPoint[] s_ofPriority = [CrashPoint.ItemArrived, CrashPoint.ItemLeft];

    // Of each kind, the points that make it what it is. Which others are reached depends on who is quicker.
    private static readonly Dictionary<string, CrashPoint[]> s_points = new()
    {
        ["fifo"] = s_anywhere,
        ["fifo of blocks"] = [.. s_anywhere, .. s_ofBlocks],
        ["one to one"] = s_anywhere,
        ["growing of blocks"] = [.. s_anywhere, .. s_ofBlocks, .. s_ofGrowing],
        ["lifo of blocks"] = [.. s_anywhere, .. s_ofBlocks],
        ["priority"] = [.. s_anywhere, .. s_ofPriority],
        ["growing priority of blocks"] = [.. s_anywhere, .. s_ofBlocks, .. s_ofGrowing, .. s_ofPriority],
        ["leases"] = [CrashPoint.BlockOwned, CrashPoint.ItemRead, CrashPoint.ItemGot, CrashPoint.WorkBegun, CrashPoint.WorkCounted, CrashPoint.BlockFreed, CrashPoint.ItemReturning, CrashPoint.ItemReturned, CrashPoint.ItemTakenAgain, CrashPoint.QueueShut],
    };

    // Those that must be there: where the unit died, where its recoverer did.
    private static readonly (string Play, CrashPoint First, CrashPoint Second)[] s_always =
    [
        ("fifo: working", CrashPoint.ItemGot, CrashPoint.HandBuried),
        ("fifo: working", CrashPoint.WorkPrepared, CrashPoint.WorkBegun),
        ("fifo: working", CrashPoint.WorkBegun, CrashPoint.WorkCounted),
        ("fifo: working", CrashPoint.WorkPrepared, CrashPoint.WorkCounted),
        ("fifo: working", CrashPoint.ItemRead, CrashPoint.GuardInherited),
        ("fifo of blocks: putting", CrashPoint.BlockFilled, CrashPoint.BlockBuried),
        ("fifo of blocks: putting", CrashPoint.BlockFilled, CrashPoint.BlockFreed),
        ("fifo of blocks: getting", CrashPoint.ItemGot, CrashPoint.BlockBuried),
        ("growing of blocks: growing", CrashPoint.QueueGrowing, CrashPoint.BlockBuried),
        ("growing of blocks: growing again", CrashPoint.QueueGrown, CrashPoint.BlockBuried),
        ("growing priority of blocks: growing again", CrashPoint.QueueGrown, CrashPoint.BlockFreed),
        ("priority: getting", CrashPoint.ItemLeft, CrashPoint.HandBuried),
        ("lifo of blocks: getting", CrashPoint.BlockOwned, CrashPoint.HandBuried),
        ("leases: completing", CrashPoint.ItemGot, CrashPoint.ItemReturning),
        ("leases: completing", CrashPoint.ItemGot, CrashPoint.ItemReturned),
        ("leases: taking what came back", CrashPoint.ItemTakenAgain, CrashPoint.HandBuried),
    ];

    private const int Attempts = 5;
    private const int Pairs = 120;
    private const int UsualPoints = 8;

    public static TheoryData<string> Groups => [.. QueuePlays.Groups.Keys];

    protected override TimeSpan HangLimit => 5 * base.HangLimit;

    [Theory]
    [MemberData(nameof(Groups))]
    public void Unit_KilledAtAnyPoint_LeavesTheQueueToOthers(string group)
    {
        string numbers = NewNumbers();
        Play[] plays = QueuePlays.Groups[group];

        // Nobody is stopped, to see how many points there are; the victims are killed when they are done.
        Ending[] whole = Trials.OfVictims([.. plays.Select(static play => (play, int.MaxValue))], numbers);
        (Play Play, int Target)[] rows = [.. whole.Zip(plays).SelectMany(static one => Enumerable.Range(1, one.First.Hits).Select(target => (one.Second, target)))];
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

    [Fact]
    public void Recoverer_KilledAtAnyPoint_LeavesTheRestToOthers()
    {
        string numbers = NewNumbers();
        Play[] plays = [.. QueuePlays.Groups.Values.SelectMany(static group => group)];
        var random = new Random(7);
        (Play, int, int)[] pairs =
        [
            .. s_always.Select(static pair => (Plays.Named(pair.Play), -(int)pair.First, -(int)pair.Second)),
            .. Enumerable.Range(0, Pairs).Select(_ => (plays[random.Next(plays.Length)], random.Next(1, 30), random.Next(1, UsualPoints + 1))),
        ];

        var endings = new List<Ending>();
        foreach ((Play, int, int)[] batch in pairs.Chunk(Trials.Most))
        {
            endings.AddRange(Trials.OfRecoverers(batch, numbers));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{endings.Count} rows: {string.Join(", ", endings.CountBy(static ending => ending.SecondPoint).OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value}"))}");
        Assert.Empty(s_always.Select(static pair => pair.Second).Except(endings.Select(static ending => ending.SecondPoint)));
    }
}
