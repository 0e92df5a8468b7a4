using System.Globalization;
using Plait.Processes;
using Plait.Tests.Processes;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>A process that may have only so many threads, and asks for more.</summary>
public sealed class ThreadLimitTests : ProcessTest
{
    private const string Controller = "/sys/fs/cgroup/pids";
    private const int Room = 40;

    [Fact]
    public async Task Start_AtTheLimitOfAControlGroup_IsRefusedAndNothingIsLost()
    {
        string group = Path.Combine(Controller, $"tests-{Guid.NewGuid():N}");
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists(Path.Combine(Controller, "cgroup.procs")), "Needs a writable pids controller (version 1).");
        try
        {
            Directory.CreateDirectory(group);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"No control group can be made: {refused.Message}");
        }

        try
        {
            using var child = ChildProcess.Start(StartUntilRefused, group);
            Refusal refusal = child.Result;

            Assert.InRange(refusal.Started, Room / 2, Room);
            Assert.Equal(refusal.Started, refusal.RunningWorkers);
            Assert.Equal(refusal.Started, refusal.Ended);
            Assert.Equal((refusal.Limit, refusal.Limit), (refusal.ToldLimit, refusal.ToldThreads));
            Assert.Contains($"{refusal.Limit} for the control group (pids.max)", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(5, refusal.Next);
        }
        finally
        {
            await UntilAsync(() => File.ReadAllText(Path.Combine(group, "cgroup.procs")).Length == 0);
            Directory.Delete(group);
        }
    }

    private static Refusal StartUntilRefused(string group)
    {
        WorkerThread.Start(static () => { }).Join();
        File.WriteAllText(Path.Combine(group, "cgroup.procs"), $"{Environment.ProcessId}");
        long limit = Read(Path.Combine(group, "pids.current")) + Room;
        File.WriteAllText(Path.Combine(group, "pids.max"), $"{limit}");
        using var gate = new ManualResetEventSlim();
        var threads = new List<WorkerThread>();
        ThreadStartRefusedException? refused = null;
        while (refused is null)
        {
            WorkerThread thread = WorkerThread.Create(() => gate.Wait());
            try
            {
                thread.Start();
                threads.Add(thread);
            }
            catch (ThreadStartRefusedException error)
            {
                refused = error;
            }
        }

        gate.Set();
        threads.ForEach(static thread => thread.Join());
        return new Refusal(
            threads.Count,
            refused.RunningWorkers,
            threads.Count(static thread => thread.Outcome!.IsSuccess),
            limit,
            refused.ControlGroupLimit ?? 0,
            refused.ProcessThreads ?? 0,
            refused.Message,
            StartOne());
    }

    // A thread that was joined has ended, but the kernel may still be putting it away.
    private static int StartOne()
    {
        int value = 0;
        SpinWait.SpinUntil(
            () =>
            {
                try
                {
                    value = WorkerThread.Start(static () => 5).Result;
                    return true;
                }
                catch (ThreadStartRefusedException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30));
        return value;
    }

    private static long Read(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    /// <summary>What the child has seen.</summary>
    public sealed record Refusal(int Started, int RunningWorkers, int Ended, long Limit, long ToldLimit, long ToldThreads, string Message, int Next);
}
