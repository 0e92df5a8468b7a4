using System.Globalization;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>What a task leaves behind in its worker, and what the next one finds of it.</summary>
public sealed class ProcessExecutorLeftoverTests : ProcessExecutorTest
{
    private static TextWriter? s_output;
    private static TextWriter? s_error;

    /// <param name="IsConsoleOwn">Whether what is printed goes where it went at first.</param>
    /// <param name="Directory">The current directory.</param>
    /// <param name="Culture">How the current culture writes a number, and whether there is no default one.</param>
    private sealed record Surroundings(bool IsConsoleOwn, string Directory, string Culture);

    [Fact]
    public async Task Reset_AfterATaskThatChangedItsSurroundings_PutsThemBack()
    {
        await using var executor = new ProcessExecutor(With(LeftoverPolicy.Reset));
        Surroundings before = await executor.Submit(Look).InTime();

        int pid = await executor.Submit(Disturb).InTime();

        Assert.Equal(before, await executor.Submit(Look).InTime());
        Assert.Equal(pid, await executor.Submit(static () => Environment.ProcessId).InTime());
        Assert.Equal(0, executor.GetStatistics().WorkersRecycled);
    }

    [Fact]
    public async Task Reset_AfterATaskThatThrew_PutsThemBackToo()
    {
        await using var executor = new ProcessExecutor(With(LeftoverPolicy.Reset));
        Surroundings before = await executor.Submit(Look).InTime();

        await executor.Submit(static () => Work.Fail($"after {Disturb()}")).FailsWith<InvalidDataException>();

        Assert.Equal(before, await executor.Submit(Look).InTime());
    }

    [Fact]
    public async Task Reset_AfterATaskThatReplacedTheInput_GivesTheOldOne()
    {
        await using var executor = new ProcessExecutor(With(LeftoverPolicy.Reset));

        await executor.Submit(static () =>
        {
            Disturb();
            Console.SetIn(new StringReader("typed"));
        }).InTime();

        Assert.Equal((true, null), await executor.Submit(static () => (Look().IsConsoleOwn, Console.In.ReadLine())).InTime());
    }

    [Fact]
    public async Task Keep_AfterATaskThatChangedItsSurroundings_LeavesThem()
    {
        await using var executor = new ProcessExecutor(With(LeftoverPolicy.Keep));

        int pid = await executor.Submit(Disturb).InTime();

        Assert.Equal(new Surroundings(false, "/", "1,5 False"), await executor.Submit(Look).InTime());
        Assert.Equal(pid, await executor.Submit(static () => Environment.ProcessId).InTime());
    }

    [Theory]
    [InlineData("console")]
    [InlineData("directory")]
    [InlineData("culture")]
    [InlineData("thread")]
    public async Task Recycle_AfterATaskThatLeftSomething_ReplacesTheWorker(string what)
    {
        await using var executor = new ProcessExecutor(With(LeftoverPolicy.Recycle));
        var events = Watch(executor);
        Surroundings before = await executor.Submit(Look).InTime();
        using var gate = new Gate();

        int pid = await executor.Submit(Leave, what, gate.Path).InTime();

        await UntilAsync(() => Has(events, WorkerEventKind.Recycled));
        Assert.Equal(pid, events.First(static happened => happened.Kind == WorkerEventKind.Recycled).Pid);
        Assert.NotEqual(pid, await executor.Submit(static () => Environment.ProcessId).InTime());
        Assert.Equal(before, await executor.Submit(Look).InTime());
    }

    [Fact]
    public async Task Recycle_AfterTasksThatLeftNothing_KeepsTheWorker()
    {
        await using var executor = new ProcessExecutor(With(LeftoverPolicy.Recycle));
        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();

        Assert.Equal(3, await executor.Submit(Work.AddAsync, 1, 2).InTime());
        await executor.Submit(static () => { Parallel.For(0, 100, static _ => { }); }).InTime();
        await executor.Submit(Work.Fail, "test").FailsWith<InvalidDataException>();
        await executor.Submit(static () =>
        {
            var thread = new Thread(static () => { });
            thread.Start();
            thread.Join();
        }).InTime();

        Assert.Equal(pid, await executor.Submit(static () => Environment.ProcessId).InTime());
        Assert.Equal(0, executor.GetStatistics().WorkersRecycled);
    }

    private static ProcessExecutorOptions With(LeftoverPolicy policy)
    {
        ProcessExecutorOptions options = Small();
        options.Leftovers = policy;
        return options;
    }

    private static Surroundings Look() => new(
        Console.Out != s_output && Console.Error != s_error,
        Environment.CurrentDirectory,
        string.Create(CultureInfo.CurrentCulture, $"{1.5} {CultureInfo.DefaultThreadCurrentCulture is null}"));

    private static int Disturb()
    {
        // What the console gives back is not what it was given, but a wrapper of it.
        Console.SetOut(new StringWriter());
        Console.SetError(new StringWriter());
        (s_output, s_error) = (Console.Out, Console.Error);
        Environment.CurrentDirectory = "/";
        CultureInfo.CurrentCulture = WithComma();
        CultureInfo.DefaultThreadCurrentCulture = WithComma();
        return Environment.ProcessId;
    }

    // Any culture but the invariant one may be missing on the machine.
    private static CultureInfo WithComma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        return culture;
    }

    private static int Leave(string what, string gate)
    {
        switch (what)
        {
            case "console":
                Console.SetOut(new StringWriter());
                break;
            case "directory":
                Environment.CurrentDirectory = "/";
                break;
            case "culture":
                CultureInfo.CurrentCulture = WithComma();
                break;
            case "thread":
                new Thread(() => Gate.Pass(gate)).Start();
                break;
        }

        return Environment.ProcessId;
    }
}
