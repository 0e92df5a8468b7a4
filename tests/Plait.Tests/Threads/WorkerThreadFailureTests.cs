using System.Runtime.CompilerServices;
using Plait.Tests.Execution;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Who is told of what a thread's function throws.</summary>
public sealed class WorkerThreadFailureTests : ThreadTest
{
    [Fact]
    public void UnhandledException_WithoutHandler_IsPrintedWithNameAndStack()
    {
        using var errors = new ErrorOutput();
        WorkerThread thread = Joined(WorkerThread.Start(Fail, "unlucky"));

        string text = errors.ToString();
        Assert.StartsWith($"Unhandled exception in thread 'unlucky' (thread {thread.NativeId}, alive): System.FormatException: bad luck", text, StringComparison.Ordinal);
        Assert.Contains($"at {typeof(WorkerThreadFailureTests)}.{nameof(Fail)}()", text, StringComparison.Ordinal);
        Assert.Equal(ThreadOutcomeKind.Threw, thread.Outcome!.Kind);
        Assert.IsType<FormatException>(thread.Exception);
    }

    [Fact]
    public void UnhandledException_WithAHandler_TellsItInsteadOnTheThread()
    {
        using var errors = new ErrorOutput();
        var told = new List<(object?, WorkerThread, Exception, bool)>();
        void OnUnhandled(object? sender, UnhandledThreadExceptionEventArgs args) => told.Add((sender, args.Thread, args.Exception, WorkerThread.Current == args.Thread));

        WorkerThread thread = With(OnUnhandled, static () => Joined(WorkerThread.Start(Fail)));

        Assert.Equal([(thread, thread, thread.Exception!, true)], told);
        Assert.Empty(errors.ToString());
    }

    [Fact]
    public void UnhandledException_WithAHandlerThatThrows_ReportsBothAndTellsTheOthers()
    {
        using var errors = new ErrorOutput();
        int others = 0;
        void Other(object? sender, UnhandledThreadExceptionEventArgs args) => others++;

        _ = With(static (_, _) => throw new ArithmeticException("broken handler"), () => With(Other, static () => Joined(WorkerThread.Start(Fail))));

        Assert.Contains("broken handler", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("bad luck", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, others);
    }

    [Fact]
    public void UnhandledException_AfterItsHandlerHasGone_IsPrintedAgain()
    {
        using var errors = new ErrorOutput();
        _ = With(static (_, _) => { }, static () => Joined(WorkerThread.Start(Fail)));
        Assert.Empty(errors.ToString());

        _ = Joined(WorkerThread.Start(Fail));

        Assert.Contains("bad luck", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void PrintUnhandledException_FromAHandler_PrintsWhatTheDefaultDoes()
    {
        using var errors = new ErrorOutput();

        _ = With(static (_, args) => WorkerThread.PrintUnhandledException(args), static () => Joined(WorkerThread.Start(Fail, "unlucky")));

        Assert.StartsWith("Unhandled exception in thread 'unlucky'", errors.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(static () => WorkerThread.PrintUnhandledException(null!));
    }

    [Fact]
    public void UnhandledException_WithABrokenStandardError_EndsThereAlone()
    {
        using IDisposable errors = ErrorOutput.Broken();

        WorkerThread thread = Joined(WorkerThread.Start(Fail));

        Assert.IsType<FormatException>(thread.Exception);
    }

    [Fact]
    public async Task UnhandledException_OfAThreadWhoseResultIsAsked_IsNotTold()
    {
        int told = 0;
        void OnUnhandled(object? sender, UnhandledThreadExceptionEventArgs args) => Interlocked.Increment(ref told);

        WorkerThread.UnhandledException += OnUnhandled;
        try
        {
            await AskInEveryWay();
            Collect();
        }
        finally
        {
            WorkerThread.UnhandledException -= OnUnhandled;
        }

        Assert.Equal(0, told);
    }

    [Fact]
    public async Task UnhandledException_OfAThreadWhoseResultNobodyAsks_IsToldWhenItIsCollected()
    {
        var told = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnUnhandled(object? sender, UnhandledThreadExceptionEventArgs args) => told.TrySetResult(args.Exception);

        WorkerThread.UnhandledException += OnUnhandled;
        try
        {
            WeakReference forgotten = Forget();
            Collect();

            Assert.Equal("bad luck", (await told.Task.InTime()).Message);
            Collect();
            Assert.False(forgotten.IsAlive);
        }
        finally
        {
            WorkerThread.UnhandledException -= OnUnhandled;
        }
    }

    [Fact]
    public void Exception_OfAThreadThatThrew_IsTheVeryObject()
    {
        using var errors = new ErrorOutput();
        var thrown = new FormatException();
        WorkerThread thread = Joined(WorkerThread.Start(() => throw thrown));

        Assert.Same(thrown, thread.Exception);
        Assert.Same(thrown, thread.Outcome!.Exception);
    }

    private static void Fail() => throw new FormatException("bad luck");

    private static int FailWithValue() => throw new FormatException("bad luck");

    private static WorkerThread With(EventHandler<UnhandledThreadExceptionEventArgs> handler, Func<WorkerThread> run)
    {
        WorkerThread.UnhandledException += handler;
        try
        {
            return run();
        }
        finally
        {
            WorkerThread.UnhandledException -= handler;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AskInEveryWay()
    {
        await Assert.ThrowsAsync<FormatException>(static async () => await WorkerThread.Start(FailWithValue));
        Assert.Throws<FormatException>(static () => WorkerThread.Start(FailWithValue).Result);
        await Assert.ThrowsAsync<FormatException>(static () => WorkerThread.Start(FailWithValue).GetResultAsync());
        Assert.NotNull(Joined(WorkerThread.Start(FailWithValue)).Exception);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget() => new(Joined(WorkerThread.Start(FailWithValue)));

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
