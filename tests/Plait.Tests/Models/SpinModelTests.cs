using System.Diagnostics;
using System.Text.RegularExpressions;
using Plait.Tests.Memory;
using Xunit;

namespace Plait.Tests.Models;

/// <summary>Runs the model checker on docs/models: the protocol must pass, and every variant that breaks one rule must fail.</summary>
public sealed partial class SpinModelTests
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(3);

    public static TheoryData<string> BrokenChannels =>
    [
        "NO_WAKER_FENCE",
        "NO_SLEEPER_FENCE",
        "FLAG_DOWN_AFTER_BELL",
        "BELL_AFTER_LOOK",
        "CLOSE_WITHOUT_BELL",
        "PUBLISH_BEFORE_COPY",
        "CONSUME_BEFORE_COPY",
        "NO_BELL_WHEN_FULL",
        "END_BEFORE_LAST_LOOK",
    ];

    public static TheoryData<string> BrokenWorkerCalls =>
    [
        "PLAIN_CLAIM",
        "PLAIN_WITHDRAWAL",
        "CALL_WITHOUT_NUMBER",
        "RESTART_MARKER",
        "KILL_WITHOUT_WITHDRAWAL",
        "SEND_AFTER_KILL",
        "CANCEL_WITHOUT_NUMBER",
        "DEAD_WITHOUT_DRAIN",
    ];

    [Fact]
    public async Task Channel_EveryInterleaving_HoldsItsAssertions()
    {
        string report = await VerifyAsync("channel.pml", [], ["-DSAFETY"], []);
        AssertHolds(report);
        Assert.True(States(report) > 1_000_000, report);
        Assert.Equal(7, UnreachedNone().Count(report));
    }

    [Fact]
    public async Task Channel_EveryRun_Ends()
    {
        string report = await VerifyAsync("channel.pml", ["-DTOTAL=3"], ["-DNP"], ["-l"]);
        AssertHolds(report);
        Assert.Contains("non-progress cycles \t+", report);
        Assert.True(States(report) > 100_000, report);
    }

    [Theory]
    [MemberData(nameof(BrokenChannels))]
    public async Task Channel_BrokenVariant_IsCaught(string variant)
    {
        string report = await VerifyAsync("channel.pml", ["-D" + variant], ["-DSAFETY"], []);
        Assert.Contains("errors: 1", report);
        Assert.Contains("assertion violated", report);
    }

    [Fact]
    public async Task WorkerCalls_EveryInterleaving_HoldsItsAssertions()
    {
        string report = await VerifyAsync("worker-calls.pml", [], ["-DSAFETY"], []);
        AssertHolds(report);
        Assert.True(States(report) > 1_000_000, report);
        Assert.Equal(6, UnreachedNone().Count(report));
    }

    [Theory]
    [MemberData(nameof(BrokenWorkerCalls))]
    public async Task WorkerCalls_BrokenVariant_IsCaught(string variant)
    {
        string report = await VerifyAsync("worker-calls.pml", ["-D" + variant], ["-DSAFETY"], []);
        Assert.Contains("errors: 1", report);
        Assert.Contains("assertion violated", report);
    }

    [Fact]
    public void Models_TheirVariants_AreAllRun()
    {
        Assert.Equal(Variants("channel.pml").Where(static name => name != "TOTAL"), BrokenChannels.Select(row => row.Data).Order());
        Assert.Equal(Variants("worker-calls.pml"), BrokenWorkerCalls.Select(row => row.Data).Order());
    }

    private static IEnumerable<string> Variants(string model) => Conditional().Matches(Repository.Read("docs", "models", model))
        .Select(static match => match.Groups[1].Value).Distinct().Order();

    // Not optimised: that takes longer than what it saves. gcc takes fifty times as long as tcc for a program that is no faster.
    private static string Compiler => IsInstalled("tcc") ? "tcc" : "gcc";

    private static void AssertHolds(string report)
    {
        Assert.Contains("errors: 0", report);

        // Out of memory, it ends without an error as well.
        Assert.DoesNotContain("Search not completed", report);
    }

    private static async Task<string> VerifyAsync(string model, string[] modelFlags, string[] compilerFlags, string[] runFlags)
    {
        Assert.SkipUnless(IsInstalled("spin"), "spin is not installed: apt-get install spin.");
        Assert.SkipUnless(IsInstalled("gcc"), "gcc is not installed: apt-get install gcc.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("plait-spin-");
        try
        {
            File.Copy(Path.Combine(Repository.Root, "docs", "models", model), Path.Combine(folder.FullName, model));
            _ = await RunAsync(folder, "spin", [.. modelFlags, "-a", model]);
            _ = await RunAsync(folder, Compiler, ["-w", "-DMEMLIM=500", "-DMURMUR", .. compilerFlags, "-o", "pan", "pan.c"]);
            string report = await RunAsync(folder, Path.Combine(folder.FullName, "pan"), ["-E", "-m100000", .. runFlags]);
            Assert.DoesNotContain("max search depth too small", report);
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(DirectoryInfo folder, string program, string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(HangLimit);
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            string text = await output + await errors;
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{text}");
            return text;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static double States(string report) =>
        double.Parse(StatesStored().Match(report).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"([0-9.e+]+) states, stored", RegexOptions.None, 1000)]
    private static partial Regex StatesStored();

    [GeneratedRegex(@"^#if(?:n?def) (\w+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Conditional();

    [GeneratedRegex(@"\(0 of \d+ states\)", RegexOptions.None, 1000)]
    private static partial Regex UnreachedNone();
}
