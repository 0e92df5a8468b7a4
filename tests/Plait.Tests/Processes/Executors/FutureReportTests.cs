using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>What becomes of an exception of a done-callback when nobody asked to be told: seen from outside, in a process of its own.</summary>
public sealed class FutureReportTests : ProcessTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CallbackFailed_WithoutAHandler_IsWrittenToStandardError(bool isConsoleClosed)
    {
        using var child = ChildProcess.Start(EndOneWithABadCallback, isConsoleClosed, new ChildProcessOptions { StandardError = ChildOutput.Pipe });
        using var error = new StreamReader(child.StandardError!);

        // The callback after the bad one runs, whether or not the line can be written.
        Assert.Equal(5, child.Result);
        string written = error.ReadToEnd();
        Assert.Equal(!isConsoleClosed, written.Contains("a done-callback of 'sum': Succeeded threw: System.IO.InvalidDataException: the callback's", StringComparison.Ordinal));
    }

    private static int EndOneWithABadCallback(bool isConsoleClosed)
    {
        if (isConsoleClosed)
        {
            var closed = new StreamWriter(Stream.Null);
            closed.Dispose();
            Console.SetError(closed);
        }

        var called = new TaskCompletionSource<int>();
        var future = new TestFuture<int>("sum");
        future.AddDoneCallback(static _ => Work.Fail("the callback's"));
        future.AddDoneCallback(done => called.SetResult(done.Result()));
        future.Succeed(5);
        return called.Task.GetAwaiter().GetResult();
    }
}
