using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>What an executor refuses to be made of, how many workers it has by default.</summary>
public sealed class ProcessExecutorOptionsTests : ProcessExecutorTest
{
    public static TheoryData<string, ProcessExecutorOptions> Wrong => new()
    {
        { "-1", new ProcessExecutorOptions { Workers = -1 } },
        { "10001", new ProcessExecutorOptions { Workers = 10_001 } },
        { "-2", new ProcessExecutorOptions { MinimumWorkers = -2 } },
        { "3", new ProcessExecutorOptions { Workers = 2, MinimumWorkers = 3 } },
        { "-3", new ProcessExecutorOptions { MostBegun = -3 } },
        { "2", new ProcessExecutorOptions { Workers = 3, MostBegun = 2 } },
        { "-3", new ProcessExecutorOptions { Spares = -3 } },
        { "-4", new ProcessExecutorOptions { QueueLimit = -4 } },
        { "-5", new ProcessExecutorOptions { MaxTasksPerWorker = -5 } },
        { "-6", new ProcessExecutorOptions { MaxWorkerMemory = -6 } },
        { "0", new ProcessExecutorOptions { QuarantineAfter = 0 } },
        { "0", new ProcessExecutorOptions { CrashLoopLimit = 0 } },
        { "7", new ProcessExecutorOptions { WhenFull = (FullBehavior)7 } },
        { "8", new ProcessExecutorOptions { Leftovers = (LeftoverPolicy)8 } },
        { "9", new ProcessExecutorOptions { DisposeMode = (ShutdownMode)9 } },
        { "00:00:00", new ProcessExecutorOptions { IdleTimeout = TimeSpan.Zero } },
        { "-00:00:02", new ProcessExecutorOptions { MaxWorkerAge = TimeSpan.FromSeconds(-2) } },
        { "00:00:00", new ProcessExecutorOptions { InitializerTimeout = TimeSpan.Zero } },
        { "00:00:00", new ProcessExecutorOptions { ExitTimeout = TimeSpan.Zero } },
        { "-00:00:02", new ProcessExecutorOptions { Grace = TimeSpan.FromSeconds(-2) } },
        { "-00:00:02", new ProcessExecutorOptions { DisposeTimeout = TimeSpan.FromSeconds(-2) } },
        { "20", new ProcessExecutorOptions { Worker = new ChildProcessOptions { Nice = 20 } } },
        { "was pipe", new ProcessExecutorOptions { Worker = new ChildProcessOptions { StandardInput = ChildInput.Pipe } } },
        { "was Pipe", new ProcessExecutorOptions { Worker = new ChildProcessOptions { StandardOutput = ChildOutput.Pipe } } },
        { "was Pipe", new ProcessExecutorOptions { Worker = new ChildProcessOptions { StandardError = ChildOutput.Pipe } } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void ProcessExecutor_WithAnOptionOutOfRange_IsRefusedWithTheValue(string value, ProcessExecutorOptions options) =>
        Assert.Contains(value, Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(options)).Message, StringComparison.Ordinal);

    [Fact]
    public void DisposeTimeout_ByDefault_IsTheSameInEveryExecutor() =>
        Assert.Equal(
            (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)),
            (new ThreadExecutorOptions().DisposeTimeout, new ProcessExecutorOptions().DisposeTimeout, new HybridExecutorOptions().DisposeTimeout));

    [Fact]
    public void ProcessExecutor_WithNoOptionsForItsWorkers_IsRefusedByName() =>
        Assert.Equal("Worker", Assert.Throws<ArgumentNullException>(static () => new ProcessExecutor(new ProcessExecutorOptions { Worker = null! })).ParamName);

    [Fact]
    public void ProcessExecutor_WithANegativeNumberOfWorkers_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ProcessExecutor(-1));

    [Fact]
    public async Task ProcessExecutor_WithOptionsThatChangeLater_KeepsItsOwn()
    {
        ProcessExecutorOptions options = Small();
        options.Name = "first";
        await using var executor = new ProcessExecutor(options);
        options.Name = "second";
        options.Workers = 5;
        options.Worker.Environment["TESTS_LATER"] = "yes";

        Assert.Equal(("first", 1), (executor.Name, executor.WorkerCount));
        Assert.Null(await executor.Submit(static () => Environment.GetEnvironmentVariable("TESTS_LATER")).InTime());
    }

    [Fact]
    public async Task Worker_WithOptionsOfChildProcesses_IsStartedWithThem()
    {
        ProcessExecutorOptions options = Small();
        options.Worker.Environment["TESTS_COLOUR"] = "green";
        options.Worker.WorkingDirectory = "/";
        options.Worker.Nice = 3;
        await using var executor = new ProcessExecutor(options);

        Assert.Equal(("green", "/"), await executor.Submit(static () => (Environment.GetEnvironmentVariable("TESTS_COLOUR"), Environment.CurrentDirectory)).InTime());
        Assert.Equal(Math.Min(19, ReadNice() + 3), await executor.Submit(ReadNice).InTime());
    }

    private static int ReadNice() => int.Parse(File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Name_OfExecutorsWithoutOne_DiffersFromEachOther()
    {
        await using var first = new ProcessExecutor(Small());
        await using var second = new ProcessExecutor(Small());

        Assert.NotEqual(first.Name, second.Name);
    }

    [Fact]
    public async Task WorkerCount_ByDefault_IsTheProcessorsThatMayBeUsed()
    {
        ProcessExecutorOptions options = Small(0);
        options.MinimumWorkers = 0;
        await using var executor = new ProcessExecutor(options);

        Assert.Equal(Environment.ProcessorCount, executor.WorkerCount);
    }

    [Fact]
    public void WorkerCount_WhereOneProcessorMayBeUsed_IsOne()
    {
        using var child = ChildProcess.Start(DefaultWorkerCount, new ChildProcessOptions { Affinity = [0] });

        Assert.Equal(1, child.Result);
    }

    [Fact]
    public async Task WorkerCount_InAWorker_IsItsShareOfTheProcessors()
    {
        await using var alone = new ProcessExecutor(Small(1));
        await using var crowded = new ProcessExecutor(Small(Environment.ProcessorCount * 2));

        Assert.Equal(Environment.ProcessorCount, await alone.Submit(DefaultWorkerCount).InTime());
        Assert.Equal(1, await crowded.Submit(DefaultWorkerCount).InTime());
    }

    private static int DefaultWorkerCount()
    {
        using var executor = new ProcessExecutor(new ProcessExecutorOptions { MinimumWorkers = 0, Spares = 0 });
        return executor.WorkerCount;
    }
}
