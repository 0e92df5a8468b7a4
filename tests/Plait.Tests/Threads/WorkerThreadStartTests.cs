using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Both ways to start a thread, every form of function, options.</summary>
public sealed class WorkerThreadStartTests : ThreadTest
{
    [Fact]
    public async Task Start_OfEveryFormOfFunction_RunsItOnAThreadOfItsOwn()
    {
        int[] seen = new int[4];
        WorkerThread[] plain =
        [
            WorkerThread.Start(() => { seen[0] = Environment.CurrentManagedThreadId; }),
            WorkerThread.Start(async () =>
            {
                await Task.Yield();
                seen[1] = Environment.CurrentManagedThreadId;
            }),
            WorkerThread.Start(token => { seen[2] = token.CanBeCanceled ? Environment.CurrentManagedThreadId : 0; }),
            WorkerThread.Start(async token =>
            {
                await Task.Yield();
                seen[3] = token.CanBeCanceled ? Environment.CurrentManagedThreadId : 0;
            }),
        ];
        WorkerThread<int>[] valued =
        [
            WorkerThread.Start(static () => Environment.CurrentManagedThreadId),
            WorkerThread.Start(static async () =>
            {
                await Task.Yield();
                return Environment.CurrentManagedThreadId;
            }),
            WorkerThread.Start(static token => token.CanBeCanceled ? Environment.CurrentManagedThreadId : 0),
            WorkerThread.Start(static async token =>
            {
                await Task.Yield();
                return token.CanBeCanceled ? Environment.CurrentManagedThreadId : 0;
            }),
        ];

        Assert.True(WorkerThread.WaitAll(plain, Plait.Tests.Execution.Waits.Hang));
        Assert.Equal(plain.Select(static thread => thread.ManagedId), seen);
        foreach (WorkerThread<int> thread in valued)
        {
            Assert.Equal(thread.ManagedId, await thread);
        }
    }

    [Fact]
    public void Create_OfEveryFormOfFunction_StartsNothingYet()
    {
        WorkerThread[] threads =
        [
            WorkerThread.Create(static () => { }),
            WorkerThread.Create(static () => Task.CompletedTask),
            WorkerThread.Create(static (CancellationToken _) => { }),
            WorkerThread.Create(static (CancellationToken _) => Task.CompletedTask),
            WorkerThread.Create(static () => 1),
            WorkerThread.Create(static () => Task.FromResult(2)),
            WorkerThread.Create(static (CancellationToken _) => 3),
            WorkerThread.Create(static (CancellationToken _) => Task.FromResult(4)),
        ];

        Assert.All(threads, static thread => Assert.False(thread.IsAlive));
        Assert.Empty(Started());
        Array.ForEach(threads, static thread => thread.Start());
        Assert.Equal([1, 2, 3, 4], threads.OfType<WorkerThread<int>>().Select(static thread => Joined(thread).Result));
        Assert.All(threads, static thread => Assert.Equal(ThreadOutcomeKind.Returned, Joined(thread).Outcome!.Kind));
    }

    [Fact]
    public void Start_OfASubclass_RunsItsOverrideOnItsOwnFields()
    {
        var counter = new Counter("one two three");
        var words = new WordList("one two three");
        counter.Start();
        words.Start();

        Assert.Equal(3, Joined(counter).Count);
        Assert.Equal(["one", "two", "three"], words.Result);
        Assert.Equal("counter", counter.Name);
    }

    [Fact]
    public void Start_OfASubclassWithoutRun_FailsAndSaysSo()
    {
        var empty = new Empty();
        empty.Start();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => empty.Result);

        Assert.Contains($"{typeof(Empty)} does not override Run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_ASecondTime_IsRefusedWhileItRunsAndAfter()
    {
        using var gate = new ManualResetEventSlim();
        WorkerThread thread = WorkerThread.Start(() => InTime(gate), "once");

        InvalidOperationException running = Assert.Throws<InvalidOperationException>(thread.Start);
        gate.Set();
        _ = Joined(thread);
        InvalidOperationException ended = Assert.Throws<InvalidOperationException>(thread.Start);

        Assert.Equal("Thread 'once' was started before. Create another one to run it again.", running.Message);
        Assert.Equal(running.Message, ended.Message);
    }

    [Fact]
    public void Start_FromSeveralThreadsAtOnce_SucceedsOnce()
    {
        int runs = 0;
        WorkerThread thread = WorkerThread.Create(() => { Interlocked.Increment(ref runs); });
        using var go = new ManualResetEventSlim();
        WorkerThread<bool>[] starters = [.. Enumerable.Range(0, 8).Select(_ => WorkerThread.Start(() =>
        {
            InTime(go);
            try
            {
                thread.Start();
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }))];

        go.Set();

        _ = Assert.Single(starters, static starter => starter.Result);
        _ = Joined(thread);
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Start_WithoutFunction_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.Start((Action)null!));
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.Start((Func<int>)null!));
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.Start((Func<Task>)null!));
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.Create((Func<Task<int>>)null!));
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.Create((Action<CancellationToken>)null!));
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.Create((Func<CancellationToken, Task>)null!));
    }

    [Fact]
    public void Start_WithAName_HasItHereAndInTheKernel()
    {
        var thread = WorkerThread.Start(static () => (Thread.CurrentThread.Name, File.ReadAllText($"/proc/self/task/{WorkerThread.Current.NativeId}/comm")), "clerk of many words");

        Assert.Equal("clerk of many words", thread.Name);
        Assert.Equal(("clerk of many words", "clerk of many w\n"), thread.Result);
    }

    [Fact]
    public void Options_ChangedAfterCreation_HaveNoEffect()
    {
        var options = new WorkerThreadOptions { Name = "first", IsDaemon = true };
        WorkerThread thread = WorkerThread.Create(static () => { }, options);

        options.Name = "second";
        options.IsDaemon = false;

        Assert.Equal(("first", true), (thread.Name, thread.IsDaemon));
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedWithTheValue()
    {
        ArgumentOutOfRangeException stack = Assert.Throws<ArgumentOutOfRangeException>(static () => WorkerThread.Create(static () => { }, new WorkerThreadOptions { StackSize = 4096 }));
        ArgumentOutOfRangeException nice = Assert.Throws<ArgumentOutOfRangeException>(static () => WorkerThread.Create(static () => { }, new WorkerThreadOptions { Nice = 20 }));

        Assert.Equal(("StackSize", 4096), (stack.ParamName, stack.ActualValue));
        Assert.Equal(("Nice", 20), (nice.ParamName, nice.ActualValue));
        Assert.Throws<ArgumentOutOfRangeException>(static () => WorkerThread.Create(static () => { }, new WorkerThreadOptions { StackSize = -1 }));
    }

    [Theory]
    [InlineData(128 << 10, 16 << 10)]
    [InlineData(32 << 20, 24 << 20)]
    public void StackSize_Given_IsWhatTheThreadHas(int size, int used)
    {
        // On the usual stack of 8 MiB the larger one would end the process.
        var thread = WorkerThread.Start(() => UseStack(used), new WorkerThreadOptions { StackSize = size });

        Assert.Equal(used, thread.Result);
    }

    [Fact]
    public void Nice_Given_IsAddedToTheStarters()
    {
        int here = ProcessCalls.GetNice(0);
        var thread = WorkerThread.Start(static () => ProcessCalls.GetNice(WorkerThread.Current.NativeId), new WorkerThreadOptions { Nice = 3 });

        Assert.Equal(Math.Min(here + 3, 19), thread.Result);
        Assert.Equal(here, ProcessCalls.GetNice(0));
    }

    [Fact]
    public void Function_AfterItHasReturned_IsGarbage()
    {
        (WorkerThread thread, WeakReference captured) = StartWithSomething();
        _ = Joined(thread);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(captured.IsAlive);
        GC.KeepAlive(thread);
    }

    [Fact]
    public void Thread_NeverJoined_IsGarbageAfterItsEnd()
    {
        WeakReference[] threads = [.. Enumerable.Range(0, 50).Select(static _ => StartAndForget())];

        SpinWait.SpinUntil(static () => !Started().Any(), Plait.Tests.Execution.Waits.Hang);
        SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                return !Array.Exists(threads, static thread => thread.IsAlive);
            },
            Plait.Tests.Execution.Waits.Hang);

        Assert.All(threads, static thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void Start_FromAThread_IsJoinedByIt()
    {
        WorkerThread<int> outer = WorkerThread.Start(static () => WorkerThread.Start(static () => WorkerThread.Start(static () => 5).Result + 1).Result + 1);

        Assert.Equal(7, outer.Result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference StartAndForget() => new(WorkerThread.Start(static () => { }));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WorkerThread Thread, WeakReference Captured) StartWithSomething()
    {
        object something = new();
        return (WorkerThread.Start(() => GC.KeepAlive(something)), new WeakReference(something));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int UseStack(int bytes)
    {
        Span<byte> space = stackalloc byte[bytes];
        for (int i = 0; i < bytes; i += 4096)
        {
            space[i] = 1;
        }

        return space.Length;
    }

    private sealed class Counter(string text) : WorkerThread("counter")
    {
        public int Count { get; private set; }

        protected override void Run() => Count = text.Split(' ').Length;
    }

    private sealed class WordList(string text) : WorkerThread<string[]>
    {
        protected override string[] Run() => text.Split(' ');
    }

    private sealed class Empty : WorkerThread<int>;
}
