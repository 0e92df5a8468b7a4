using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>A start that the system refuses names the limit, leaves nothing, and the next one works.</summary>
public sealed class ChildProcessLimitTests : ProcessTest
{
    private const string Controller = "/sys/fs/cgroup/pids";

    [Fact]
    public void Start_AtTheLimitOfDescriptors_NamesItAndLeavesNothing()
    {
        Need("prlimit");
        using var child = ChildProcess.Start(StartAtEveryNumberOfFreeDescriptors);

        (int refusals, string problems) = child.Result;

        Assert.Equal(string.Empty, problems);
        Assert.True(refusals >= 5, $"{refusals} refusals");
    }

    [Fact]
    public void StartProgram_AtTheLimitOfDescriptors_NamesItAndLeavesNothing()
    {
        Need("prlimit");
        using var child = ChildProcess.Start(StartProgramAtEveryNumberOfFreeDescriptors);

        (int refusals, string problems) = child.Result;

        Assert.Equal(string.Empty, problems);
        Assert.True(refusals >= 3, $"{refusals} refusals");
    }

    [Fact]
    public async Task Start_AtTheLimitOfProcesses_NamesItAndLeavesNothing()
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
            using var child = ChildProcess.Start(StartAtTheLimitOfProcesses, group);

            Assert.Equal("ProcessLimit 11 pids.max; then 5", child.Result);
        }
        finally
        {
            await UntilAsync(() => File.ReadAllText(Path.Combine(group, "cgroup.procs")).Length == 0);
            Directory.Delete(group);
        }
    }

    [Fact]
    public void Start_WithTooMuchEnvironment_IsRefusedWithTheNumber()
    {
        var options = new ChildProcessOptions { Environment = { ["TESTS_HUGE"] = new string('x', 4 << 20) } };

        ChildStartException refused = Assert.Throws<ChildStartException>(() => ChildProcess.Start(static () => 1, options));

        Assert.Equal((ChildStartFailure.Other, 7), (refused.Failure, refused.ErrorNumber));
        using var next = ChildProcess.Start(static () => 1);
        Assert.Equal(1, next.Result);
    }

    private static (int Refusals, string Problems) StartAtEveryNumberOfFreeDescriptors() =>
        AtEveryNumberOfFreeDescriptors(static () =>
        {
            using var child = ChildProcess.Start(static () => 5);
            return child.Result == 5;
        });

    private static (int Refusals, string Problems) StartProgramAtEveryNumberOfFreeDescriptors() =>
        AtEveryNumberOfFreeDescriptors(static () =>
        {
            var options = new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Pipe };
            using var child = ChildProcess.StartProgram("true", options: options);
            child.Join();
            return child.Outcome!.IsSuccess;
        });

    // Fills the table of descriptors and leaves one more free each time: the start is refused at every place where it opens one.
    private static (int Refusals, string Problems) AtEveryNumberOfFreeDescriptors(Func<bool> start)
    {
        const int Limit = 128;
        if (!start())
        {
            return (0, "The start failed without any limit.");
        }

        using (var lower = ChildProcess.StartProgram("prlimit", ["--pid", $"{Environment.ProcessId}", $"--nofile={Limit}:{Limit}"]))
        {
            lower.Join();
        }

        // The first round is practice: what runs for the first time loads assemblies, which keep descriptors of their own.
        _ = new System.ComponentModel.Win32Exception(24).ToString();
        _ = Round(start);
        return Round(start);
    }

    private static (int Refusals, string Problems) Round(Func<bool> start)
    {
        const int Most = 40;
        var problems = new List<string>();
        var ballast = new Stack<SafeFileHandle>();
        Fill(ballast);
        int full = ballast.Count;
        int free = 0;
        bool isRefused = true;
        while (isRefused && free < Most)
        {
            for (int i = 0; i < free; i++)
            {
                ballast.Pop().Dispose();
            }

            isRefused = IsRefused(start, out string problem);
            if (problem.Length > 0)
            {
                problems.Add($"with {free} free: {problem}");
            }

            // What the attempt opened comes back at once, or when the threads behind it have noticed.
            bool isFull = SpinWait.SpinUntil(() => Fill(ballast) >= full, TimeSpan.FromSeconds(5));
            if (!isFull)
            {
                problems.Add($"with {free} free: {full - ballast.Count} descriptors lost");
                full = ballast.Count;
            }

            free++;
        }

        while (ballast.TryPop(out SafeFileHandle? handle))
        {
            handle.Dispose();
        }

        return (free - 1, isRefused ? $"still refused with {Most} free" : string.Join('\n', problems));
    }

    private static int Fill(Stack<SafeFileHandle> ballast)
    {
        try
        {
            while (true)
            {
                ballast.Push(File.OpenHandle("/dev/null"));
            }
        }
        catch (IOException)
        {
            // The table is full, as wanted.
            return ballast.Count;
        }
    }

    private static bool IsRefused(Func<bool> start, out string problem)
    {
        problem = string.Empty;
        try
        {
            problem = start() ? string.Empty : "it started and failed";
            return false;
        }
        catch (ChildStartException refused)
        {
            bool isNamed = refused.Failure == ChildStartFailure.DescriptorLimit && refused.ErrorNumber == 24 && refused.Message.Contains("ulimit -n", StringComparison.Ordinal);
            problem = isNamed ? string.Empty : refused.ToString();
            return true;
        }
        catch (Exception other)
        {
            problem = other.ToString();
            return true;
        }
    }

    private static string StartAtTheLimitOfProcesses(string group)
    {
        using (var practice = ChildProcess.Start(static () => 5))
        {
            _ = practice.Result;
        }

        File.WriteAllText(Path.Combine(group, "cgroup.procs"), $"{Environment.ProcessId}");
        string limit = Path.Combine(group, "pids.max");
        File.WriteAllText(limit, File.ReadAllText(Path.Combine(group, "pids.current")));
        string said;
        try
        {
            using var child = ChildProcess.Start(static () => 5);
            said = "not refused";
        }
        catch (ChildStartException refused)
        {
            said = $"{refused.Failure} {refused.ErrorNumber} {(refused.Message.Contains("pids.max", StringComparison.Ordinal) ? "pids.max" : refused.Message)}";
        }

        File.WriteAllText(limit, "max");
        using var next = ChildProcess.Start(static () => 5);
        return string.Create(CultureInfo.InvariantCulture, $"{said}; then {next.Result}");
    }
}
