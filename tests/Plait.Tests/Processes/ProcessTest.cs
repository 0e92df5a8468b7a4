using Plait.Interop;
using Plait.Processes;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>
/// Base of every test of processes. A test ends when nothing that it started is left: no process, no zombie, no thread of
/// Plait's, no descriptor, no file. A test that hangs is reported with what its children were doing, and then ended.
/// </summary>
[Collection(ProcessCollection.Name)]
public abstract class ProcessTest : IAsyncLifetime
{
    private static readonly Lazy<Task> s_warmUp = new(WarmUpAsync);

    private LeakWatch? _watch;
    private ITimer? _hangTimer;
    private string _hang = string.Empty;

    /// <summary>A test that takes longer hangs. Generous: machines that run tests are busy.</summary>
    protected virtual TimeSpan HangLimit => TimeSpan.FromSeconds(60);

    public async ValueTask InitializeAsync()
    {
        await s_warmUp.Value;
        _watch = new LeakWatch();
        string test = TestContext.Current.Test?.TestDisplayName ?? GetType().Name;
        _hangTimer = TimeProvider.System.CreateTimer(_ => OnHang(test), null, HangLimit, HangLimit);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _hangTimer!.DisposeAsync();
        OnEnd();
        string leaks = await _watch!.SettleAsync(HangLimit);
        if (leaks.Length > 0)
        {
            // The next test starts clean.
            KillLeftProcesses();
            Assert.Fail($"Left behind:{Environment.NewLine}{leaks}{_hang}");
        }

        Assert.True(_hang.Length == 0, _hang);
    }

    /// <summary>What a test puts away at its end, before it is seen what it leaves behind.</summary>
    protected virtual void OnEnd()
    {
    }

    /// <summary>A program that is not to be found in PATH skips the test.</summary>
    protected static void Need(string program) =>
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, program))),
            $"The program '{program}' is not installed.");

    /// <summary>Blocks until a child that was started with its output in a pipe says that it is where the test wants it.</summary>
    protected static void AwaitReady(ChildProcess child) => Assert.Equal(InChild.Ready, ReadLine(child));

    /// <summary>The child's next line, which ends in a newline; null at the end of its output.</summary>
    protected static string? ReadLine(ChildProcess child)
    {
        var line = new List<byte>();
        for (int value = child.StandardOutput!.ReadByte(); value is not (-1 or '\n'); value = child.StandardOutput.ReadByte())
        {
            line.Add((byte)value);
        }

        return line.Count == 0 ? null : System.Text.Encoding.UTF8.GetString([.. line]);
    }

    /// <summary>Completes when a fact holds that nobody announces.</summary>
    protected static async Task UntilAsync(Func<bool> fact)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!fact())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    // First time: dump, and end the children, which ends most waits. Second time: this process itself must end.
    private void OnHang(string test)
    {
        List<ProcessEntry> left = LeakWatch.LeftProcesses();
        string report = $"{test} was not over after {HangLimit}. {left.Count} processes:{Environment.NewLine}{string.Concat(left.Select(static entry => ProcessTable.Describe(entry.Pid)))}";
        Console.Error.WriteLine(report);
        if (_hang.Length > 0)
        {
            Environment.FailFast(report);
        }

        _hang = report;
        KillLeftProcesses();
    }

    private static void KillLeftProcesses()
    {
        foreach (ProcessEntry entry in LeakWatch.LeftProcesses())
        {
            _ = Libc.kill(entry.Pid, Signals.Kill);
        }
    }

    // What lives as long as the process does (the spawner, the supervisors, the keeper and its pipe) comes with the first child.
    private static async Task WarmUpAsync()
    {
        _ = new LeakWatch();
        await Console.Error.FlushAsync();
        using var child = ChildProcess.Start(static () => 1);
        using var program = ChildProcess.StartProgram("/bin/sh", ["-c", "exit 0"]);
        _ = await child;
        await program;

        // The threads that look after waits between processes start with the first such wait and stay.
        using ProcessScope scope = ProcessScope.Create();
        IEvent here = scope.CreateEvent();
        IEvent done = scope.CreateEvent();
        using var other = ChildProcess.Start(
            static (IEvent here, IEvent done) =>
            {
                here.Set();
                done.Wait();
            },
            here,
            done);
        here.Wait();
        Assert.False(done.Wait(TimeSpan.FromMilliseconds(1)));
        Assert.False(await done.WaitAsync(TimeSpan.FromMilliseconds(1)));
        done.Set();
        await other;
    }
}
