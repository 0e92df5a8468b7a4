using System.Globalization;
using Plait.Interop;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>What a start that the system refuses says and leaves, as far as this process can show it without a limit.</summary>
public sealed class WorkerThreadLimitTests : ThreadTest
{
    private readonly Action<Thread> _startNative = WorkerThread.StartNative;

    protected override void OnEnd() => WorkerThread.StartNative = _startNative;

    [Fact]
    public void Start_ThatTheSystemRefuses_NamesThreadAndLimitsAndMayBeTriedAgain()
    {
        using var gate = new ManualResetEventSlim();
        WorkerThread running = WorkerThread.Start(() => InTime(gate));
        WorkerThread<int> thread = WorkerThread.Create(static () => 5, "one too many");
        WorkerThread.StartNative = static _ => throw new OutOfMemoryException("no thread");

        ThreadStartRefusedException refused = Assert.Throws<ThreadStartRefusedException>(thread.Start);

        Assert.Equal(("one too many", 1), (refused.ThreadName, refused.RunningWorkers));
        Assert.IsType<OutOfMemoryException>(refused.InnerException);
        Assert.StartsWith("Thread 'one too many' could not be started:", refused.Message, StringComparison.Ordinal);
        Assert.All(["1 WorkerThreads run", "ulimit -u", "pids.max", "vm.max_map_count", "kernel.threads-max", "StackSize"], word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        Assert.False(thread.IsAlive);
        Assert.Equal([running], Started());
        WorkerThread.StartNative = _startNative;
        thread.Start();
        Assert.Equal(5, thread.Result);
        gate.Set();
    }

    [Fact]
    public void Read_OfTheLimits_GivesWhatTheSystemTells()
    {
        ThreadLimits limits = ThreadLimits.Read();

        Assert.InRange(limits.Threads!.Value, 2, 100_000);
        Assert.Equal(ReadNumber("/proc/sys/vm/max_map_count"), limits.Mappings);
        Assert.Equal(ReadNumber("/proc/sys/kernel/threads-max"), limits.MachineThreads);
        string processes = File.ReadLines("/proc/self/limits").First(static line => line.StartsWith("Max processes", StringComparison.Ordinal))["Max processes".Length..].TrimStart().Split(' ')[0];
        Assert.Equal(processes, limits.UserThreads?.ToString(CultureInfo.InvariantCulture) ?? "unlimited");
    }

    private static long ReadNumber(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
}
