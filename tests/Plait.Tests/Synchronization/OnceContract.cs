using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="IOnce"/> keeps.</summary>
public abstract class OnceContract : SynchronizationTest
{
    private protected OnceContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public async Task Run_SeveralTimes_RunsTheFirst()
    {
        IOnce once = Scope.CreateOnce();
        var ran = new List<int>();
        Assert.False(once.IsDone);

        Assert.True(once.Run(() => ran.Add(1)));
        Assert.True(once.IsDone);
        Assert.False(once.Run(() => ran.Add(2)));
        Assert.False(await once.RunAsync(() =>
        {
            ran.Add(3);
            return Task.CompletedTask;
        }));

        Assert.Equal([1], ran);
        Assert.True(once.IsDone);
    }

    [Fact]
    public void Run_ByUnitsAtOnce_RunsOneOfThem()
    {
        const int Units = 4;
        IOnce once = Scope.CreateOnce();
        string path = NewNumbers();

        bool[] ran = End(StartMany(Units, RunAndCheck, once, path));

        Assert.Equal(1, ran.Count(static mine => mine));
        using var numbers = new Numbers(path);
        Assert.Single(numbers.Appended);
        Assert.True(once.IsDone);
    }

    [Fact]
    public void Run_WhileAUnitRuns_WaitsForItsEnd()
    {
        IOnce once = Scope.CreateOnce();
        using var place = new Gate();
        Task<bool> first = Start(RunAtGate, once, place.Path);
        Visitor inside = End(place.NextAsync());

        int own = 0;
        Task<bool> thread = OnThread(() => once.Run(() => own++));
        Task<bool> flow = InFlow(async () => await once.RunAsync(() => Task.FromResult(own++)));
        Task<bool> unit = Start(RunAtGate, once, place.Path);
        UntilWaiting(once, 3);
        Assert.False(once.IsDone);
        Assert.False(thread.IsCompleted || flow.IsCompleted || unit.IsCompleted);
        inside.LetPass();

        Assert.True(End(first));
        Assert.Equal([false, false, false], End([thread, flow, unit]));
        Assert.Equal((0, true), (own, once.IsDone));
    }

    [Fact]
    public async Task Run_OfAnActionThatThrows_ThrowsAndLetsTheNextRun()
    {
        IOnce once = Scope.CreateOnce();

        Assert.Equal("first", Assert.Throws<InvalidDataException>(() => once.Run(static () => throw new InvalidDataException("first"))).Message);
        Assert.False(once.IsDone);
        InvalidDataException second = await Assert.ThrowsAsync<InvalidDataException>(async () => await once.RunAsync(static async () =>
        {
            await Task.Yield();
            throw new InvalidDataException("second");
        }));
        Assert.Equal("second", second.Message);
        Assert.False(once.IsDone);

        Assert.True(once.Run(static () => { }));
        Assert.True(once.IsDone);
    }

    [Fact]
    public void Run_WhileOneRunsThatThrows_RunsOneOfThoseWhoWait()
    {
        IOnce once = Scope.CreateOnce();
        using var place = new Gate();
        string path = NewNumbers();
        Task<string> first = Start(FailAtGate, once, place.Path);
        Visitor inside = End(place.NextAsync());
        Task<bool>[] others = StartMany(2, RunAndCheck, once, path);
        UntilWaiting(once, 2);

        inside.LetPass();

        Assert.Equal("no good", End(first));
        Assert.Equal(1, End(others).Count(static mine => mine));
        using var numbers = new Numbers(path);
        Assert.Single(numbers.Appended);
    }

    [Fact]
    public async Task RunAsync_OfAnActionThatAwaits_IsDoneAtItsEnd()
    {
        IOnce once = Scope.CreateOnce();
        using var goOn = new SemaphoreSlim(0);
        Task<bool> flow = InFlow(async () => await once.RunAsync(() => goOn.WaitAsync()));
        Task<bool> thread = OnThread(() => once.Run(static () => { }));
        Until(() => once.GetStatistics().Waiting == 1 || flow.IsCompleted || thread.IsCompleted);

        goOn.Release();

        // Whichever came first ran; the other saw it done.
        Assert.True(await flow.InTime() ^ await thread.InTime());
        Assert.True(once.IsDone);
    }

    [Fact]
    public async Task Run_CancelledWhileAnotherRuns_Ends()
    {
        IOnce once = Scope.CreateOnce();
        using var place = new Gate();
        using var source = new CancellationTokenSource();
        Task<bool> first = Start(RunAtGate, once, place.Path);
        Visitor inside = End(place.NextAsync());
        Task<bool>[] waiters =
        [
            OnThread(() => once.Run(static () => { }, source.Token)),
            InFlow(async () => await once.RunAsync(static () => Task.CompletedTask, source.Token)),
        ];
        UntilWaiting(once, 2);

        await source.CancelAsync();

        foreach (Task<bool> waiter in waiters)
        {
            OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiter.InTime());
            Assert.Equal(source.Token, error.CancellationToken);
        }

        Assert.False(once.IsDone);
        inside.LetPass();
        Assert.True(await first.InTime());
        Assert.True(once.IsDone);
    }

    [Fact]
    public async Task Run_OfNothing_IsRefused()
    {
        IOnce once = Scope.CreateOnce();

        Assert.Equal("action", Assert.Throws<ArgumentNullException>(() => once.Run(null!)).ParamName);
        Assert.Equal("action", (await Assert.ThrowsAsync<ArgumentNullException>(async () => await once.RunAsync(null!))).ParamName);
        Assert.False(once.IsDone);
    }

    [Fact]
    public async Task Run_AfterDispose_IsRefused()
    {
        IOnce once = Scope.CreateOnce("kept");
        IOnce twin = Scope.CreateOnce("kept");

        once.Dispose();

        Assert.Throws<ObjectDisposedException>(() => once.Run(static () => { }));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await once.RunAsync(static () => Task.CompletedTask));
        Assert.False(twin.IsDone);
        Assert.True(twin.Run(static () => { }));
    }

    [Fact]
    public void Create_WithANameTwice_GivesTheSame()
    {
        IOnce first = Scope.CreateOnce("set-up");
        IOnce second = Scope.CreateOnce("set-up");
        IOnce other = Scope.CreateOnce("another");

        Assert.True(first.Run(static () => { }));

        Assert.True(second.IsDone);
        Assert.False(second.Run(static () => { }));
        Assert.False(other.IsDone);
    }

    private static bool RunAndCheck(IOnce once, string path)
    {
        bool ran = once.Run(() => Numbers.Append(path, 1));
        using var numbers = new Numbers(path);
        return numbers[0] == 1 && once.IsDone ? ran : throw new InvalidDataException($"{numbers[0]} runs");
    }

    private static bool RunAtGate(IOnce once, string path) => once.Run(() => Gate.Pass(path));

    private static string FailAtGate(IOnce once, string path)
    {
        try
        {
            return once.Run(() =>
            {
                Gate.Pass(path);
                throw new InvalidDataException("no good");
            }).ToString();
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }
}

public sealed class ThreadScopeOnceTests() : OnceContract(Setting.Threads);

public sealed class OnceBetweenProcessesTests() : OnceContract(Setting.Processes);

public sealed class OnceBetweenThreadsAndProcessesTests() : OnceContract(Setting.Mixed);
