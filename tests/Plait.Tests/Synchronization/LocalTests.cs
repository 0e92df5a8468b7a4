using System.Runtime.CompilerServices;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>Values per thread and per flow. Every step runs on a thread whose life the test knows.</summary>
public sealed class LocalTests
{
    [Theory]
    [InlineData(LocalKind.Thread)]
    [InlineData(LocalKind.Flow)]
    public void Value_NeverSet_IsTheDefaultAndNotKept(LocalKind kind)
    {
        using ILocal<int> local = LocalValue.Create<int>(kind);

        Assert.Equal((kind, 0, false), (local.Kind, local.Value, local.HasValue));
    }

    [Theory]
    [InlineData(LocalKind.Thread)]
    [InlineData(LocalKind.Flow)]
    public void Value_SetOnTwoThreads_IsEachOnesOwn(LocalKind kind)
    {
        using ILocal<string> local = LocalValue.Create<string>(kind);
        using var both = new System.Threading.Barrier(2);
        string[] seen = new string[2];
        void Use(int i)
        {
            local.Value = $"of {i}";
            both.SignalAndWait(Waits.Hang);
            seen[i] = local.Value;
        }

        var first = new Thread(() => Use(0));
        var second = new Thread(() => Use(1));
        first.Start();
        second.Start();
        first.Join();
        second.Join();

        Assert.Equal(["of 0", "of 1"], seen);
        Assert.False(local.HasValue);
    }

    [Theory]
    [InlineData(LocalKind.Thread)]
    [InlineData(LocalKind.Flow)]
    public void Value_WithAFactory_IsMadeOnceAndAgainAfterClear(LocalKind kind)
    {
        int made = 0;
        using ILocal<int> local = LocalValue.Create(kind, () => ++made);
        OnAThread(() =>
        {
            Assert.False(local.HasValue);
            Assert.Equal((1, 1), (local.Value, local.Value));
            Assert.True(local.HasValue);
            local.Clear();
            Assert.False(local.HasValue);
            Assert.Equal(2, local.Value);
            local.Value = 10;
            Assert.Equal(10, local.Value);
        });

        Assert.Equal(2, local.GetStatistics().Made);
    }

    [Theory]
    [InlineData(LocalKind.Thread)]
    [InlineData(LocalKind.Flow)]
    public void Value_WhoseFactoryThrows_ThrowsThatAndTriesAgain(LocalKind kind)
    {
        int attempts = 0;
        using ILocal<int> local = LocalValue.Create(kind, () => ++attempts == 1 ? throw new FormatException() : attempts);
        OnAThread(() =>
        {
            Assert.Throws<FormatException>(() => local.Value);
            Assert.False(local.HasValue);
            Assert.Equal(2, local.Value);
        });
    }

    [Theory]
    [InlineData(LocalKind.Thread)]
    [InlineData(LocalKind.Flow)]
    public void Value_WhoseFactoryReadsIt_IsRefused(LocalKind kind)
    {
        ILocal<int>? local = null;
        local = LocalValue.Create(kind, () => local!.Value + 1);
        OnAThread(() =>
        {
            Assert.Contains("reads the very variable", Assert.Throws<InvalidOperationException>(() => local.Value).Message, StringComparison.Ordinal);
            local.Value = 4;
            Assert.Equal(4, local.Value);
        });
        local.Dispose();
    }

    [Theory]
    [InlineData(LocalKind.Thread)]
    [InlineData(LocalKind.Flow)]
    public void Members_AfterDispose_AreRefused(LocalKind kind)
    {
        ILocal<int> local = LocalValue.Create(kind, static () => 1);
        _ = local.Value;
        local.Dispose();
        local.Dispose();

        Assert.Throws<ObjectDisposedException>(() => local.Value);
        Assert.Throws<ObjectDisposedException>(() => local.Value = 1);
        Assert.Throws<ObjectDisposedException>(() => local.HasValue);
        Assert.Throws<ObjectDisposedException>(local.Clear);
        Assert.Equal(kind, local.GetStatistics().Kind);
    }

    [Fact]
    public void Create_OfAnUnknownKind_IsRefusedWithIt()
    {
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(static () => LocalValue.Create<int>((LocalKind)7));

        Assert.Equal((LocalKind)7, refused.ActualValue);
    }

    [Fact]
    public void Values_OfAThreadLocal_AreThoseOfLivingThreads()
    {
        using ILocal<int> local = LocalValue.Create<int>();
        using var there = new CountdownEvent(2);
        using var gate = new ManualResetEventSlim();
        var stays = new Thread(() =>
        {
            local.Value = 1;
            there.Signal();
            gate.Wait();
        });
        var cleared = new Thread(() =>
        {
            local.Value = 2;
            local.Clear();
            there.Signal();
            gate.Wait();
        });
        stays.Start();
        cleared.Start();
        OnAThread(() => local.Value = 3);
        Assert.True(there.Wait(Waits.Hang));

        Assert.Equal([1], local.Values);
        Assert.Equal(new LocalStatistics(LocalKind.Thread, 1, 0), local.GetStatistics());
        gate.Set();
        stays.Join();
        cleared.Join();
        Assert.Empty(local.Values);
    }

    [Fact]
    public void Values_OfThreadsThatHaveEnded_AreGarbage()
    {
        using ILocal<object> local = LocalValue.Create<object>();
        WeakReference[] values = [.. Enumerable.Range(0, 200).Select(_ => OfAnEndedThread(local))];

        // The runtime drops an ended thread's values in a finalizer: the garbage is seen one collection later.
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.All(values, static value => Assert.False(value.IsAlive));
        Assert.Empty(local.Values);
    }

    [Fact]
    public void Values_OfLargeStructsWhileTheyChange_AreNeverTorn()
    {
        using ILocal<(long, long, long, long)> local = LocalValue.Create<(long, long, long, long)>();
        using var begun = new ManualResetEventSlim();
        bool isOver = false;
        var writer = new Thread(() =>
        {
            for (long i = 0; !Volatile.Read(ref isOver); i++)
            {
                local.Value = (i, i, i, i);
                begun.Set();
            }
        });
        writer.Start();
        Assert.True(begun.Wait(Waits.Hang));
        int torn = 0;
        for (int i = 0; i < 20_000; i++)
        {
            (long a, long b, long c, long d) = Assert.Single(local.Values);
            torn += a == b && b == c && c == d ? 0 : 1;
        }

        Volatile.Write(ref isOver, true);
        writer.Join();
        Assert.Equal(0, torn);
    }

    [Fact]
    public void Values_OfAFlowLocal_CannotBeTold()
    {
        using ILocal<int> local = LocalValue.Create<int>(LocalKind.Flow);

        Assert.Throws<NotSupportedException>(() => local.Values);
        Assert.Null(local.GetStatistics().Values);
    }

    [Fact]
    public async Task Value_OfAFlow_StaysWithItOnWhateverThread()
    {
        using ILocal<string> local = LocalValue.Create<string>(LocalKind.Flow);
        local.Value = "parent's";
        string inTask = await Task.Run(async () =>
        {
            await Task.Yield();
            string before = local.Value;
            local.Value = "child's";
            await Task.Yield();
            return $"{before}, then {local.Value}";
        });
        string onThread = string.Empty;
        OnAThread(() => onThread = local.Value);

        Assert.Equal(("parent's, then child's", "parent's", "parent's"), (inTask, onThread, local.Value));
    }

    [Fact]
    public async Task Clear_InAFlow_LeavesTheOthersTheirs()
    {
        using ILocal<int> local = LocalValue.Create<int>(LocalKind.Flow);
        local.Value = 1;
        bool hasValue = await Task.Run(() =>
        {
            local.Clear();
            return local.HasValue;
        });

        Assert.Equal((false, true, 1), (hasValue, local.HasValue, local.Value));
    }

    [Fact]
    public async Task Value_InAFlowThatTheFactoryStarted_IsMadeWhenTheFactoryIsOver()
    {
        var over = new TaskCompletionSource();
        Task<int>? started = null;
        ILocal<int>? local = null;
        int made = 0;
        local = LocalValue.Create(
            LocalKind.Flow,
            () =>
            {
                started ??= Task.Run(async () =>
                {
                    await over.Task;
                    return local!.Value;
                });
                return ++made;
            });

        Assert.Equal(1, local.Value);
        over.SetResult();
        Assert.Equal(2, await started!.InTime());
        local.Dispose();
    }

    private static void OnAThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception thrown)
            {
                error = thrown;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference OfAnEndedThread(ILocal<object> local)
    {
        WeakReference? reference = null;
        OnAThread(() =>
        {
            object value = new();
            reference = new WeakReference(value);
            local.Value = value;
        });
        return reference!;
    }
}
