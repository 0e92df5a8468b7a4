using System.Reflection;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>From the start of the process to the first line of the function, and what can go wrong on the way.</summary>
public sealed class ChildProcessBootstrapTests : ProcessTest
{
    [Fact]
    public void Outcome_OfARuntimeThatCannotStart_IsBootstrapFailed()
    {
        using var child = ChildProcess.Start(
            static () => 1, new ChildProcessOptions { Environment = { ["DOTNET_GCHeapHardLimit"] = "0x1000" }, StandardError = ChildOutput.Keep });

        ChildFailedException failed = Assert.Throws<ChildFailedException>(() => child.Result);

        Assert.Equal(ChildOutcomeKind.BootstrapFailed, failed.Outcome.Kind);
        Assert.NotEqual(0, failed.Outcome.ExitCode);
        Assert.Contains("before our code ran", failed.Outcome.Explanation, StringComparison.Ordinal);
        Assert.NotEqual(string.Empty, failed.Outcome.ErrorTail);
    }

    [Fact]
    public void Outcome_OfAStartThatTakesTooLong_IsBootstrapFailed()
    {
        // The runtime waits for a debugging tool before it runs anything; its socket dies with the folder.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("suspended");
        try
        {
            var options = new ChildProcessOptions
            {
                StartTimeout = TimeSpan.FromMilliseconds(300),
                StandardError = ChildOutput.Keep,
                StandardOutput = ChildOutput.Null,
                Environment = { ["DOTNET_DefaultDiagnosticPortSuspend"] = "1", ["TMPDIR"] = folder.FullName },
            };
            using var child = ChildProcess.Start(static () => 1, options);
            child.Join();

            Assert.Equal((ChildOutcomeKind.BootstrapFailed, (int?)9), (child.Outcome!.Kind, child.Outcome.Signal));
            Assert.Contains("start timeout", child.Outcome.Explanation, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void StartTimeout_OfAChildThatBooted_EndsWithTheBoot()
    {
        var options = new ChildProcessOptions { StartTimeout = TimeSpan.FromSeconds(20), StandardOutput = ChildOutput.Pipe };
        using var child = ChildProcess.Start(InChild.SayReadyAndWait, options);
        AwaitReady(child);

        Assert.False(child.Join(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken));
        Assert.True(child.IsAlive);
    }

    [Fact]
    public void EntryAssembly_InAChild_IsTheProgramsOwn()
    {
        using var child = ChildProcess.Start(static () => Assembly.GetEntryAssembly()!.FullName);

        Assert.Equal(Assembly.GetEntryAssembly()!.FullName, child.Result);
    }

    [Fact]
    public void BaseDirectory_InAChild_HoldsTheProgramsAssemblies()
    {
        using var child = ChildProcess.Start(static () => (AppContext.BaseDirectory, typeof(Assert).Assembly.Location));

        Assert.Equal((AppContext.BaseDirectory, typeof(Assert).Assembly.Location), child.Result);
    }

    [Fact]
    public void Threads_InAChild_AreTheMainOneForTheFunction()
    {
        using var child = ChildProcess.Start(static () => (Environment.CurrentManagedThreadId, Plait.Interop.ProcessCalls.CurrentTid, SynchronizationContext.Current is null, Thread.CurrentThread.IsBackground));

        Assert.Equal((1, child.Pid, true, false), child.Result);
    }

    [Fact]
    public void Descriptors_OfAChild_AreItsOwnFewOnly()
    {
        using FileStream secret = new(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
        var piped = new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Pipe };
        using var sibling = ChildProcess.StartProgram("sleep", ["100"], piped);
        string[] ofSibling = [.. Enumerable.Range(0, 3).Select(number => new FileInfo($"/proc/{sibling.Pid}/fd/{number}").LinkTarget!)];
        using var child = ChildProcess.Start(LeakWatch.Descriptors);

        List<string> open = child.Result;

        Assert.DoesNotContain(open, descriptor => descriptor.Contains(Path.GetFileName(secret.Name), StringComparison.Ordinal));
        Assert.DoesNotContain(open, descriptor => ofSibling.Any(pipe => descriptor.EndsWith(pipe, StringComparison.Ordinal)));
        Assert.DoesNotContain(open, static descriptor => descriptor.Contains("memfd:plait", StringComparison.Ordinal) && !descriptor.Contains("memfd:plait-scope", StringComparison.Ordinal));
        Assert.Single(open, static descriptor => descriptor == "0 -> /dev/null");
    }

    [Fact]
    public void Start_FromManyThreadsAtOnce_StartsAll()
    {
        using var barrier = new Barrier(4);
        var children = new ChildProcess<int>[4];
        Thread[] threads =
        [
            .. Enumerable.Range(0, 4).Select(index => new Thread(() =>
            {
                barrier.SignalAndWait();
                children[index] = ChildProcess.Start(static (int number) => number * number, index);
            })),
        ];
        Assert.All(threads, static thread => thread.Start());
        Assert.All(threads, static thread => thread.Join());

        Assert.Equal([0, 1, 4, 9], children.Select(static child => child.Result));
        Assert.All(children, static child => child.Dispose());
    }

    [Fact]
    public void Start_FromAThreadThatEnds_LeavesTheChildAlive()
    {
        ChildProcess? child = null;
        var starter = new Thread(() => child = ChildProcess.Start(InChild.SayReadyAndWait, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe }));
        starter.Start();
        starter.Join();
        AwaitReady(child!);

        // The parent-death signal follows the thread that started a process: it must not be this one.
        Assert.True(child!.IsAlive);
        child.Dispose();
    }
}
