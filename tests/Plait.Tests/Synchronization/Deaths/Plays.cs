using Plait.Memory;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Plait.Tests.Queues.Deaths;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>All plays, by groups and by name.</summary>
internal static class Plays
{
    public static readonly Dictionary<string, Play[]> Groups = Group();

    private static readonly Dictionary<string, Play> ByName = Groups.Values.Concat(QueuePlays.Groups.Values).SelectMany(static plays => plays).ToDictionary(static play => play.Name);

    public static Play Named(string name) => ByName[name];

    private static Dictionary<string, Play[]> Group()
    {
        var groups = Door.All.ToDictionary(static door => door.Name, static door => DoorPlays.Of(door).ToArray());
        groups["reentrant lock"] = [.. groups["reentrant lock"], Recursion];
        groups["events and countdowns"] = [.. SignalPlays.All];
        groups["conditions"] = [.. MeetingPlays.Conditions];
        groups["barriers"] = [.. MeetingPlays.Barriers];
        groups["memory"] = [Joining, ManyHolds];
        groups["delivery"] = [Delivery];
        return groups;
    }

    // The victim is inside from its first acquisition to its last release.
    private static Play Recursion => new("reentrant lock: twice")
    {
        Make = static scope => scope.CreateReentrantLock(),
        Companions = [static stage =>
        {
            stage.UntilReady();
            Acquire(stage).Release();
        }],
        Act = static stage =>
        {
            stage.Mark = Mark.Between;
            Hold outer = stage.Get<IReentrantLock>().Acquire();
            stage.Mark = Mark.Inside;
            stage.IsReady = true;
            stage.UntilWaiting(stage.Get<IReentrantLock>());
            Hold inner = stage.Get<IReentrantLock>().Acquire();
            inner.Release();
            stage.Mark = Mark.Between;
            outer.Release();
            stage.Mark = Mark.Outside;
        },
        Check = static stage =>
        {
            Acquire(stage).Release();
            Hold hold = Acquire(stage);
            Assert.Equal(1, stage.Get<IReentrantLock>().RecursionCount);
            hold.Release();
            Door.CheckReports(stage);
        },
    };

    private static Play Joining => new("memory: coming")
    {
        Make = static scope => scope.CreateLock(),
        Act = static stage =>
        {
            ILock gate = stage.Get<ILock>();
            gate.Acquire().Release();
            _ = stage.Scope.CreateEvent();
        },
        Check = static stage =>
        {
            Acquire(stage).Release();
            Acquire(stage).Release();
            Assert.False(stage.Scope.CreateEvent().IsSet);
        },
    };

    // One more than a record has room for.
    private static Play ManyHolds => new("memory: many holds")
    {
        Make = static scope => scope.CreateSemaphore(2 * AgentRecord.HoldSlots),
        Prepare = static stage =>
        {
            for (int i = 0; i < AgentRecord.HoldSlots; i++)
            {
                _ = stage.Get<ISemaphore>().Acquire();
            }
        },
        Act = static stage => stage.Get<ISemaphore>().Acquire().Release(),
        Check = static stage =>
        {
            stage.Scope.Memory.Liveness.SweepAll();
            Assert.Equal(2 * AgentRecord.HoldSlots, stage.Get<ISemaphore>().CurrentCount);
            stage.Get<ISemaphore>().Acquire().Release();
        },
    };

    private static Play Delivery => new("delivery: to the flows of the victim")
    {
        IsOfEngine = true,
        Make = static scope => scope.CreateLock(),
        Companions = [static stage => DoorPlays.HoldUntilWaitedFor(Door.All[0], stage)],
        Prepare = static stage => stage.UntilReady(),
        Act = static stage =>
        {
            stage.Mark = Mark.Between;
            stage.Get<ILock>().AcquireAsync().AsTask().GetAwaiter().GetResult().Release();
            stage.Mark = Mark.Outside;
        },
        Check = Door.All[0].Check,
    };

    private static Hold Acquire(Stage stage)
    {
        Assert.True(stage.Get<ILock>().TryAcquire(Waits.Hang, out Hold hold), "the lock cannot be acquired any more");
        return stage.Note(hold);
    }
}
