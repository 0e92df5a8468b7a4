using System.Globalization;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Environment, working directory, priority and processors.</summary>
public sealed class ChildProcessSettingsTests : ProcessTest
{
    private static readonly string[] s_ours =
        ["PLAIT_WORKER", "DOTNET_STARTUP_HOOKS", "DOTNET_TieredPGO", "DOTNET_gcServer", "DOTNET_gcConcurrent", "DOTNET_GCHeapHardLimit"];

    [Fact]
    public void Environment_SetAndRemoved_IsTheChildsOnly()
    {
        Environment.SetEnvironmentVariable("TESTS_FRUIT", "apple");
        Environment.SetEnvironmentVariable("TESTS_STONE", "flint");
        try
        {
            var options = new ChildProcessOptions { Environment = { ["TESTS_FRUIT"] = "pear", ["TESTS_STONE"] = null, ["TESTS_NEW"] = "a=b \u00fc", ["TESTS_EMPTY"] = "" } };
            using var child = ChildProcess.Start(
                static (string[] names) => string.Join(';', names.Select(static name => Environment.GetEnvironmentVariable(name) ?? "none")),
                ["TESTS_FRUIT", "TESTS_STONE", "TESTS_NEW", "TESTS_EMPTY"],
                options);

            Assert.Equal("pear;none;a=b \u00fc;", child.Result);
            Assert.Equal("apple", Environment.GetEnvironmentVariable("TESTS_FRUIT"));
            Assert.Equal("flint", Environment.GetEnvironmentVariable("TESTS_STONE"));
            Assert.Null(Environment.GetEnvironmentVariable("TESTS_NEW"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TESTS_FRUIT", null);
            Environment.SetEnvironmentVariable("TESTS_STONE", null);
        }
    }

    [Fact]
    public void Environment_OfAFunction_ShowsNothingOfOurs()
    {
        using var child = ChildProcess.Start(VariablesOfAllKinds);

        (string[] own, string[] ofProgram, string[] ofChild) = child.Result;
        string[] expected = Environment.GetEnvironmentVariables().Keys.Cast<string>().Intersect(s_ours, StringComparer.Ordinal).ToArray();

        Assert.Equal(expected, own.Intersect(s_ours, StringComparer.Ordinal));
        Assert.Equal(expected, ofProgram.Intersect(s_ours, StringComparer.Ordinal));
        Assert.Equal(expected, ofChild.Intersect(s_ours, StringComparer.Ordinal));
        Assert.Contains("PATH", ofProgram);
    }

    [Fact]
    public void Environment_WithARuntimeSettingOfTheCaller_KeepsIt()
    {
        var options = new ChildProcessOptions { Environment = { ["DOTNET_gcConcurrent"] = "1", ["DOTNET_TieredPGO"] = "1" } };
        using var child = ChildProcess.Start(static () => (Environment.GetEnvironmentVariable("DOTNET_gcConcurrent"), Environment.GetEnvironmentVariable("DOTNET_TieredPGO")), options);

        Assert.Equal(("1", "1"), child.Result);
    }

    [Fact]
    public void WorkingDirectory_Given_IsTheChilds()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("workplace");
        try
        {
            var options = new ChildProcessOptions { WorkingDirectory = folder.FullName };
            using var child = ChildProcess.Start(static () => Environment.CurrentDirectory, options);

            Assert.Equal(folder.FullName, child.Result);
            Assert.NotEqual(folder.FullName, Environment.CurrentDirectory);
        }
        finally
        {
            folder.Delete();
        }
    }

    [Fact]
    public void WorkingDirectory_Missing_IsRefusedAndNamed()
    {
        var options = new ChildProcessOptions { WorkingDirectory = "/no/such/folder" };

        Assert.Contains("/no/such/folder", Assert.Throws<DirectoryNotFoundException>(() => ChildProcess.Start(static () => 1, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WorkingDirectory_GoneBetweenCreationAndStart_IsRefused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("workplace");
        using var child = ChildProcess.Create(static () => 1, new ChildProcessOptions { WorkingDirectory = folder.FullName });
        folder.Delete();

        ChildStartException refused = Assert.Throws<ChildStartException>(child.Start);

        Assert.Equal(ChildStartFailure.NotFound, refused.Failure);
        Assert.Contains(folder.FullName, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nice_Given_HoldsForAllThreadsOfTheChild()
    {
        using var child = ChildProcess.Start(NiceOfAllThreads, new ChildProcessOptions { Nice = 5 });
        int own = NiceOf("/proc/self/stat");

        Assert.All(child.Result, nice => Assert.Equal(Math.Min(19, own + 5), nice));
        Assert.True(child.Result.Length > 1);
        Assert.Equal(own, NiceOf("/proc/self/stat"));
    }

    [Fact]
    public void Nice_OfAForeignProgram_IsSet()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"], new ChildProcessOptions { Nice = 7 });

        Assert.Equal(Math.Min(19, NiceOf("/proc/self/stat") + 7), NiceOf($"/proc/{child.Pid}/stat"));
    }

    [Fact]
    public void Affinity_Given_HoldsForAllThreadsOfTheChild()
    {
        int[] allowed = Plait.Interop.ProcessCalls.GetAffinity(0);
        int chosen = allowed[^1];
        using var child = ChildProcess.Start(AllowedOfAllThreads, new ChildProcessOptions { Affinity = [chosen] });
        using var free = ChildProcess.Start(static () => InChild.Status("Cpus_allowed_list"));

        Assert.All(child.Result, list => Assert.Equal($"{chosen}", list));
        Assert.Equal(InChild.Status("Cpus_allowed_list"), free.Result);
    }

    [Fact]
    public void Affinity_OfOneProcessor_IsAllThatTheChildCounts()
    {
        using var child = ChildProcess.Start(static () => Environment.ProcessorCount, new ChildProcessOptions { Affinity = [Plait.Interop.ProcessCalls.GetAffinity(0)[0]] });
        using var free = ChildProcess.Start(static () => Environment.ProcessorCount);

        Assert.Equal(1, child.Result);
        Assert.Equal(Environment.ProcessorCount, free.Result);
    }

    [Fact]
    public void Affinity_OfAProcessorThatIsNotThere_IsRefused()
    {
        ChildStartException refused = Assert.Throws<ChildStartException>(static () => ChildProcess.Start(static () => 1, new ChildProcessOptions { Affinity = [8000] }));

        Assert.Contains("processors", refused.Message, StringComparison.Ordinal);

        // The next start is as if nothing had been.
        using var child = ChildProcess.Start(static () => InChild.Status("Cpus_allowed_list"));
        Assert.Equal(InChild.Status("Cpus_allowed_list"), child.Result);
    }

    private static (string[] Own, string[] OfProgram, string[] OfChild) VariablesOfAllKinds()
    {
        string[] own = [.. Environment.GetEnvironmentVariables().Keys.Cast<string>()];
        string[] ofProgram = Names(InChild.Run("env"));
        using var child = ChildProcess.StartProgram("env", options: new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(child.StandardOutput!);
        return (own, ofProgram, Names(reader.ReadToEnd().Split('\n')));

        static string[] Names(string[] lines) => [.. lines.Select(static line => line.Split('=')[0])];
    }

    private static int[] NiceOfAllThreads() => [.. Directory.GetDirectories("/proc/self/task").Select(static task => NiceOf(Path.Combine(task, "stat")))];

    private static string[] AllowedOfAllThreads() =>
    [
        .. Directory.GetDirectories("/proc/self/task").Select(static task =>
            File.ReadLines(Path.Combine(task, "status")).First(static line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim()),
    ];

    private static int NiceOf(string stat)
    {
        string text = File.ReadAllText(stat);
        return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
