using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Who a thread is, and which threads there are.</summary>
public sealed class WorkerThreadIdentityTests : ThreadTest
{
    private readonly ManualResetEventSlim _gate = new();

    protected override void OnEnd() => _gate.Set();

    [Fact]
    public void Name_NotGiven_CountsUp()
    {
        WorkerThread first = WorkerThread.Create(static () => { });
        _ = WorkerThread.Create(static () => { }, "named");
        WorkerThread second = WorkerThread.Create(static () => { });

        Assert.Matches("^Thread-[1-9][0-9]*$", first.Name);
        Assert.Equal(int.Parse(first.Name[7..]) + 1, int.Parse(second.Name[7..]));
        Assert.True(second.Id > first.Id);
    }

    [Fact]
    public void Ids_OfARunningThread_AreThoseItSeesItself()
    {
        WorkerThread<(int, int, int)> thread = WorkerThread.Start(static () => (Environment.CurrentManagedThreadId, Interop.ProcessCalls.CurrentTid, WorkerThread.Current.Id));

        int native = thread.NativeId;

        Assert.Equal((thread.ManagedId, native, thread.Id), thread.Result);
        Assert.NotEqual(Environment.ProcessId, native);
    }

    [Fact]
    public void NativeId_OfALivingThread_IsItsNumberInTheKernel()
    {
        WorkerThread thread = WorkerThread.Start(() => InTime(_gate), "in the kernel");

        Assert.Equal("in the kernel\n", File.ReadAllText($"/proc/self/task/{thread.NativeId}/comm"));
    }

    [Fact]
    public void IsAlive_BeforeDuringAndAfter_SaysSo()
    {
        WorkerThread thread = WorkerThread.Create(() => InTime(_gate));

        Assert.False(thread.IsAlive);
        thread.Start();
        Assert.True(thread.IsAlive);
        _gate.Set();
        Assert.False(Joined(thread).IsAlive);
    }

    [Fact]
    public void Current_InAThread_IsItsOwnObject()
    {
        WorkerThread<WorkerThread> thread = WorkerThread.Start(static () => WorkerThread.Current);

        Assert.Same(thread, thread.Result);
        Assert.False(thread.IsMain || thread.IsForeign);
    }

    [Fact]
    public void MainThread_FromAnotherThread_IsTheOneTheProcessBeganWith()
    {
        WorkerThread main = WorkerThread.MainThread;

        Assert.Equal(("main", 0, true, false, true, false), (main.Name, main.Id, main.IsMain, main.IsForeign, main.IsAlive, main.IsDaemon));
        Assert.Equal((Environment.ProcessId, 1), (main.NativeId, main.ManagedId));
        Assert.Same(main, WorkerThread.MainThread);
    }

    [Fact]
    public void Current_OnAForeignThread_IsAnObjectThatItKeeps()
    {
        (WorkerThread First, WorkerThread Second, int Tid, bool IsListed, bool IsAlive) seen = (null!, null!, 0, false, false);
        var foreign = new Thread(() => seen = (WorkerThread.Current, WorkerThread.Current, Interop.ProcessCalls.CurrentTid, WorkerThread.Enumerate().Contains(WorkerThread.Current), WorkerThread.Current.IsAlive)) { IsBackground = true };
        foreign.Start();
        foreign.Join();

        Assert.Same(seen.First, seen.Second);
        Assert.Matches("^foreign-[1-9][0-9]*$", seen.First.Name);
        Assert.Equal((true, false, true), (seen.First.IsForeign, seen.First.IsMain, seen.First.IsDaemon));
        Assert.Equal((seen.Tid, foreign.ManagedThreadId), (seen.First.NativeId, seen.First.ManagedId));
        Assert.True(seen.IsListed && seen.IsAlive);
        Assert.False(seen.First.IsAlive);
        Assert.DoesNotContain(seen.First, WorkerThread.Enumerate());
    }

    [Fact]
    public async Task Join_OfMainOrForeignThreads_IsRefused()
    {
        WorkerThread foreign = await Task.Factory.StartNew(static () => WorkerThread.Current, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        foreach (WorkerThread thread in new[] { WorkerThread.MainThread, foreign })
        {
            InvalidOperationException refused = Assert.Throws<InvalidOperationException>(thread.Join);

            Assert.Contains($"'{thread.Name}' was not started as a WorkerThread", refused.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(thread.RequestStop);
            Assert.Throws<InvalidOperationException>(thread.Start);
            Assert.Throws<InvalidOperationException>(() => thread.IsDaemon = true);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await thread);
            Assert.Equal((null, null), (thread.Outcome, thread.Exception));
        }
    }

    [Fact]
    public void Current_OnManyForeignThreads_KeepsNoneThatHaveEnded()
    {
        WeakReference[] objects = [.. Enumerable.Range(0, 200).Select(static _ => OfForeignThread())];

        _ = WorkerThread.Enumerate();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.All(objects, static reference => Assert.False(reference.IsAlive));
    }

    [Fact]
    public void Enumerate_WhileThreadsRun_ListsMainAndThemInOrderOfStart()
    {
        _ = WorkerThread.Current;
        int before = WorkerThread.ActiveCount;
        WorkerThread later = WorkerThread.Create(() => InTime(_gate));
        WorkerThread daemon = WorkerThread.Start(() => InTime(_gate), new WorkerThreadOptions { IsDaemon = true });
        later.Start();

        Assert.Same(WorkerThread.MainThread, WorkerThread.Enumerate()[0]);
        Assert.Equal([daemon, later], Started());
        Assert.Equal(before + 2, WorkerThread.ActiveCount);
        _gate.Set();
        _ = Joined(daemon);
        _ = Joined(later);
        Assert.Empty(Started());
    }

    [Fact]
    public void Enumerate_AfterEveryJoin_NeverListsTheJoined()
    {
        for (int i = 0; i < 200; i++)
        {
            WorkerThread thread = WorkerThread.Start(static () => { });
            thread.Join();

            Assert.DoesNotContain(thread, WorkerThread.Enumerate());
        }
    }

    [Fact]
    public void IsDaemon_NotSet_IsThatOfTheCreatingWorkerThread()
    {
        static bool[] Inherited() => [WorkerThread.Create(static () => { }).IsDaemon, WorkerThread.Create(static () => { }, new WorkerThreadOptions { IsDaemon = false }).IsDaemon];

        Assert.Equal([true, false], WorkerThread.Start(Inherited, new WorkerThreadOptions { IsDaemon = true }).Result);
        Assert.Equal([false, false], WorkerThread.Start(Inherited).Result);
        Assert.False(WorkerThread.Create(static () => { }).IsDaemon);
    }

    [Fact]
    public void IsDaemon_SetAfterTheStart_IsRefused()
    {
        WorkerThread thread = WorkerThread.Create(() => InTime(_gate), "devil");
        thread.IsDaemon = true;
        thread.Start();

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => thread.IsDaemon = false);

        Assert.Equal("IsDaemon of thread 'devil' was set to False after its start; set it before, or in the options.", refused.Message);
        Assert.True(thread.IsDaemon);
    }

    [Fact]
    public void ToString_OfThreads_TellsStateAndDaemon()
    {
        WorkerThread plain = WorkerThread.Create(static () => { }, "plain");
        WorkerThread daemon = WorkerThread.Create(() => InTime(_gate), new WorkerThreadOptions { Name = "devil", IsDaemon = true });

        Assert.Equal("'plain' (not started)", plain.ToString());
        daemon.Start();
        Assert.Equal($"'devil' (thread {daemon.NativeId}, daemon, alive)", daemon.ToString());
        plain.Start();
        Assert.Equal($"'plain' (thread {plain.NativeId}, ended)", Joined(plain).ToString());
    }

    private static WeakReference OfForeignThread()
    {
        WeakReference? reference = null;
        var thread = new Thread(() => reference = new WeakReference(WorkerThread.Current));
        thread.Start();
        thread.Join();
        return reference!;
    }
}
