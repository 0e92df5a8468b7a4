using System.Diagnostics;
using System.Text.RegularExpressions;
using Plait.Tests.Memory;
using Xunit;

namespace Plait.Tests.Models;

/// <summary>Runs the model checker on docs/models: a protocol must pass, and every variant that breaks one rule must fail.</summary>
internal static partial class SpinModel
{
    private const string Optimised = "-O1";
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(3);

    // Two programs at a time, of all classes: each takes a processor and up to half a gigabyte.
    private const int AtOnce = 2;

    // A search of so many states is over sooner where its program is optimised, which takes longer to compile.
    private const int Large = 2_000_000;

    private static readonly SemaphoreSlim Turns = new(AtOnce);

    /// <summary>The model holds and has more states than so many, and each of its variants fails.</summary>
    public static async Task VerifyWithVariantsAsync(string model, int states, string[] flags)
    {
        string[] variants = [.. Variants(model)];
        Assert.NotEmpty(variants);
        Assert.Equal(variants, Announced(model).Order());
        var limit = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(variants.Prepend(string.Empty), limit, async (variant, token) =>
        {
            token.ThrowIfCancellationRequested();
            bool isWhole = variant.Length == 0;
            string report = await VerifyAsync(model, isWhole ? [] : ["-D" + variant], isWhole && states >= Large ? [.. flags, Optimised] : flags, []);
            if (isWhole)
            {
                AssertHolds(report);
                Assert.True(States(report) > states, report);
            }
            else
            {
                Assert.True(report.Contains("errors: 1") && report.Contains("assertion violated"), $"{model} does not fail with -D{variant}:\n{report}");
            }
        });
    }

    // The comment at the top of each model names its variants, one a line.
    private static IEnumerable<string> Announced(string model) => Repository.Read("docs", "models", model).Split('\n')
        .TakeWhile(static line => line != " */")
        .Where(static line => line.StartsWith(" *   ", StringComparison.Ordinal) && char.IsAsciiLetterUpper(line[5]) && char.IsAsciiLetterUpper(line[6]))
        .Select(static line => line[5..].Split(' ')[0]);

    public static IEnumerable<string> Variants(string model) => Conditional().Matches(Repository.Read("docs", "models", model))
        .Select(static match => match.Groups[1].Value).Distinct().Order();

    // gcc takes fifty times as long as tcc for a program that is no faster, unless it is asked to optimise.
    private static string CompilerFor(string[] flags) => !flags.Contains(Optimised) && IsInstalled("tcc") ? "tcc" : "gcc";

    public static void AssertHolds(string report)
    {
        Assert.Contains("errors: 0", report);

        // Out of memory, it ends without an error as well.
        Assert.DoesNotContain("Search not completed", report);
    }

    public static async Task<string> VerifyAsync(string model, string[] modelFlags, string[] compilerFlags, string[] runFlags)
    {
        Assert.SkipUnless(IsInstalled("spin"), "spin is not installed: apt-get install spin.");
        Assert.SkipUnless(IsInstalled("gcc"), "gcc is not installed: apt-get install gcc.");
        await Turns.WaitAsync(TestContext.Current.CancellationToken);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("plait-spin-");
        try
        {
            File.Copy(Path.Combine(Repository.Root, "docs", "models", model), Path.Combine(folder.FullName, model));
            _ = await RunAsync(folder, "spin", [.. modelFlags, "-a", model]);
            _ = await RunAsync(folder, CompilerFor(compilerFlags), ["-w", "-DMEMLIM=500", "-DMURMUR", .. compilerFlags, "-o", "pan", "pan.c"]);
            string report = await RunAsync(folder, Path.Combine(folder.FullName, "pan"), ["-E", "-m100000", .. runFlags]);
            Assert.DoesNotContain("max search depth too small", report);
            return report;
        }
        finally
        {
            _ = Turns.Release();
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

    public static double States(string report) =>
        double.Parse(StatesStored().Match(report).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"([0-9.e+]+) states, stored", RegexOptions.None, 1000)]
    private static partial Regex StatesStored();

    [GeneratedRegex(@"^#if(?:n?def) (\w+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Conditional();

    [GeneratedRegex(@"\(0 of \d+ states\)", RegexOptions.None, 1000)]
    public static partial Regex UnreachedNone();
}
