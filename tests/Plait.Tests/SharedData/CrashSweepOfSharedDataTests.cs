using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Plait.Queues;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>
/// Kills a process at every point of a change of shared data: the change is done or it is not, everybody goes on, and nothing of the dead is left
/// in the memory.
/// </summary>
public sealed class CrashSweepOfSharedDataTests() : SynchronizationTest(Setting.Processes)
{
    private const int Steps = 900;

    protected override TimeSpan HangLimit => 5 * base.HangLimit;

    /// <summary>Point, and the how manieth time it is reached.</summary>
    public static TheoryData<string, int> ChangePoints
    {
        get
        {
            CrashPoint[] points =
            [
                CrashPoint.CellWritten, CrashPoint.CellSwitched, CrashPoint.EntryKept, CrashPoint.EntryLinked, CrashPoint.EntryUnlinked,
                CrashPoint.EntryOwned, CrashPoint.TableFilled, CrashPoint.TableSwitched,
            ];
            var rows = new TheoryData<string, int> { { nameof(CrashPoint.StripeCleared), 1 }, { nameof(CrashPoint.StripeCleared), 20 } };
            foreach (CrashPoint point in points)
            {
                rows.Add(point.ToString(), 1);
                rows.Add(point.ToString(), 37);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(ChangePoints))]
    public void Change_KilledAtAPoint_IsDoneOrIsNot(string point, int count)
    {
        using SharedDictionary<int, string> dictionary = Scope.CreateDictionary<int, string>();
        using SharedValue<int> done = Scope.CreateValue(0);

        Kill(point, count, options => ChildProcess.Start(static (SharedDictionary<int, string> dictionary, SharedValue<int> done) => Run(dictionary, done), dictionary, done, options));

        CheckAndGoOn(dictionary, done);
    }

    [Theory]
    [InlineData(nameof(CrashPoint.EntryLinked), 1, nameof(CrashPoint.StripeMarked), 1)]
    [InlineData(nameof(CrashPoint.EntryKept), 1, nameof(CrashPoint.StraySwept), 1)]
    [InlineData(nameof(CrashPoint.StripeCleared), 1, nameof(CrashPoint.StraySwept), 1)]
    [InlineData(nameof(CrashPoint.StripeCleared), 1, nameof(CrashPoint.StraySwept), 9)]
    [InlineData(nameof(CrashPoint.StripeCleared), 1, nameof(CrashPoint.StripeMarked), 1)]
    [InlineData(nameof(CrashPoint.TableSwitched), 40, nameof(CrashPoint.StraySwept), 1)]
    [InlineData(nameof(CrashPoint.TableFilled), 1, nameof(CrashPoint.StripeMarked), 1)]
    [InlineData(nameof(CrashPoint.EntryUnlinked), 1, nameof(CrashPoint.StraySwept), 1)]
    public void Repair_KilledAtAPoint_IsFinishedByTheNext(string first, int firstCount, string second, int count)
    {
        // Who sweeps first, the second process or this one, which buries the first, is a race; and how much there is to sweep depends on hashes.
        const int Rounds = 40;
        bool isReached = false;
        for (int round = 0; round < Rounds && !isReached; round++)
        {
            using SharedDictionary<int, string> dictionary = Scope.CreateDictionary<int, string>();
            using SharedValue<int> done = Scope.CreateValue(0);

            Kill(first, firstCount, options => ChildProcess.Start(static (SharedDictionary<int, string> dictionary, SharedValue<int> done) => Run(dictionary, done), dictionary, done, options));
            isReached = TryKill(second, count, options => ChildProcess.Start(static (SharedDictionary<int, string> dictionary) => Touch(dictionary), dictionary, options), out _);

            CheckAndGoOn(dictionary, done);
        }

        Assert.True(isReached, $"{second} was not reached {count} times by the second process, in {Rounds} rounds.");
    }

    [Theory]
    [InlineData(nameof(CrashPoint.CountedMade), 1)]
    [InlineData(nameof(CrashPoint.CountedMade), 5)]
    [InlineData(nameof(CrashPoint.HolderLeft), 1)]
    [InlineData(nameof(CrashPoint.HolderLeft), 8)]
    [InlineData(nameof(CrashPoint.CountedOwned), 1)]
    [InlineData(nameof(CrashPoint.CountedOwned), 8)]
    [InlineData(nameof(CrashPoint.StraySwept), 1)]
    [InlineData(nameof(CrashPoint.StraySwept), 60)]
    public void Making_KilledAtAPoint_LeavesNothing(string point, int count)
    {
        int before = HeapBlocks.Serials(Memory.Heap).Count;
        long entries = Entries();

        Kill(point, count, options => ChildProcess.Start(static (IScope scope) => MakeMany(scope), Scope, options));
        Memory.Liveness.SweepAll();

        Until(() => HeapBlocks.Serials(Memory.Heap).Count == before && Entries() == entries);
    }

    [Fact]
    public void Adoption_KilledInTheMiddle_LeavesWhatWasSentToTheReceiver()
    {
        IJoinableQueue<SharedArray<int>> queue = Scope.CreateQueue<SharedArray<int>>(4);

        // The child buries its own child, which had sent something.
        Kill(nameof(CrashPoint.CountedAdopted), 1, options => ChildProcess.Start(static (IJoinableQueue<SharedArray<int>> queue) => SendByAChild(queue), queue, options));

        ulong serial;
        using (SharedArray<int> got = queue.Get())
        {
            serial = got.Part.Serial;
            Assert.Equal([1, 2, 3], got.ToArray());
        }

        Memory.Liveness.SweepAll();
        Until(() => !HeapBlocks.Serials(Memory.Heap).Contains(serial));
    }

    private ScopeMemory Memory => ((Scope)Scope).Memory;

    private static void Kill(string point, int count, Func<ChildProcessOptions, ChildProcess> start) =>
        Assert.True(TryKill(point, count, start, out ChildOutcome outcome), $"{point} was not reached {count} times: {outcome}");

    // False when it came to its end before.
    private static bool TryKill(string point, int count, Func<ChildProcessOptions, ChildProcess> start, out ChildOutcome outcome)
    {
        var options = new ChildProcessOptions();
        options.Environment[CrashPoints.Variable] = $"child:{point}:{count}";
        using ChildProcess child = start(options);
        child.Join();
        outcome = child.Outcome!;
        Assert.True(outcome.Signal == Signals.Kill || outcome.Kind == ChildOutcomeKind.Returned, $"{outcome}");
        return outcome.Signal == Signals.Kill;
    }

    private static void Run(SharedDictionary<int, string> dictionary, SharedValue<int> done)
    {
        for (int step = done.Value; step < Steps; step++)
        {
            Step(step, (key, value) => dictionary[key] = value, key => dictionary.Remove(key), dictionary.Clear);
            done.Value = step + 1;
        }
    }

    // Adds, which makes tables grow; short and long texts in the place of others; takes away; empties.
    private static void Step(int step, Action<int, string> set, Action<int> remove, Action clear)
    {
        int key = step * 31 % 1000;
        switch (step)
        {
            case 700:
                clear();
                break;
            case < 400 or (> 700 and < 750):
                set(key, $"text {step}");
                break;
            default:
                int old = step * 17 % 400 * 31 % 1000;
                if (step % 3 == 0)
                {
                    remove(old);
                }
                else
                {
                    set(old, step % 3 == 1 ? $"short {step}" : new string((char)('a' + (step % 26)), 100 + (step % 50)));
                }

                break;
        }
    }

    private static void Touch(SharedDictionary<int, string> dictionary)
    {
        // Every stripe, whoever had its guard.
        for (int key = -1; key > -2000; key--)
        {
            dictionary.Remove(key);
        }
    }

    private void CheckAndGoOn(SharedDictionary<int, string> dictionary, SharedValue<int> done)
    {
        Touch(dictionary);
        var seen = new Dictionary<int, string>(dictionary);
        Assert.Equal(seen.Count, dictionary.Count);
        Dictionary<int, string> before = After(done.Value);
        Dictionary<int, string> after = After(done.Value + 1);
        Assert.True(
            done.Value == 700 ? seen.All(pair => before[pair.Key] == pair.Value) : Same(seen, before) || Same(seen, after),
            $"After {done.Value} steps {seen.Count} pairs, not {before.Count} or {after.Count}.");

        Run(dictionary, done);
        Assert.True(Same(new Dictionary<int, string>(dictionary), After(Steps)));
        ulong serial = dictionary.Part.Serial;
        dictionary.Dispose();
        Memory.Liveness.SweepAll();
        Until(() => HeapBlocks.Count(Memory.Heap, block => (block.Use & 3) != HeapBlock.Free && block.Home >> 8 == serial) == 0);
    }

    private static bool Same(Dictionary<int, string> left, Dictionary<int, string> right) => left.Count == right.Count && left.All(pair => right.GetValueOrDefault(pair.Key) == pair.Value);

    private static Dictionary<int, string> After(int steps)
    {
        var model = new Dictionary<int, string>();
        for (int step = 0; step < Math.Min(steps, Steps); step++)
        {
            Step(step, (key, value) => model[key] = value, key => model.Remove(key), model.Clear);
        }

        return model;
    }

    private static void MakeMany(IScope scope)
    {
        for (int i = 0; i < 10; i++)
        {
            using SharedArray<int> array = scope.CreateArray<int>(100);
            using SharedDictionary<int, int> dictionary = scope.CreateDictionary<int, int>();
            for (int key = 0; key < 50; key++)
            {
                dictionary[key] = key;
            }
        }
    }

    private static void SendByAChild(IJoinableQueue<SharedArray<int>> queue)
    {
        using var child = ChildProcess.Start(static (IJoinableQueue<SharedArray<int>> queue) => queue.Put(queue.Scope.CreateArray<int>([1, 2, 3])), queue);
        child.Join();
        ((Scope)queue.Scope).Memory.Liveness.SweepAll();
    }

    private long Entries() => HeapBlocks.Count(Memory.Heap, static block => (block.Use & 3) != HeapBlock.Free && block.Home != 0);
}
