namespace Plait.Hosting.Tests.Samples;

/// <summary>Every program of samples/ runs by itself, from any directory, and prints what it promises.</summary>
public sealed class SampleTests
{
    private const int LongestSample = 40;

    // As if the user had asked for it: the library is built in this configuration already, and need not be built in another.
    private static readonly (string, string) s_configuration = ("Configuration", Rows.BuiltRows.Configuration);

    public static TheoryData<string, string[]> Samples => new()
    {
        {
            "hello.cs",
            [
                "Hello from another process: the sum of 4 numbers is 10",
                @"It was 'child-1' \(pid \d+\): the function returned\.",
            ]
        },
        {
            "crash.cs",
            [
                "Outcome: StackOverflow, signal 6",
                "Why: a stack overflow .*",
                "The parent goes on, and so does its next child: 42",
            ]
        },
        {
            "kill.cs",
            [
                "Ended by itself within two seconds: False",
                @"Outcome: Signaled, signal 9, \d+ s of processor time",
                "The program it had started runs: False",
            ]
        },
        {
            "pipeline.cs",
            [
                "Numbers up to 100000 with a 7 in them: 40951",
                "seq: Exited, exit code 0",
                "grep: Exited, exit code 0",
                "wc: Exited, exit code 0",
            ]
        },
        {
            "cancel.cs",
            [
                "Asked to stop, the child told what it had: some numbers tried",
                "Outcome: Returned",
            ]
        },
        {
            "subclass.cs",
            [
                "0 to 250000: 22044",
                "250000 to 500000: 19494",
                "500000 to 750000: 18700",
                "750000 to 1000000: 18260",
                "Primes below a million: 78498, counted in 4 processes",
            ]
        },
        {
            "pool.cs",
            [
                "Square of 1: 1",
                "Square of 2: ArgumentException",
                "Square of 3: its worker died: StackOverflow",
                "Square of 4: TimeoutException",
                "Square of 5: 25",
                "Square of 6: 36",
            ]
        },
        {
            "deadline.cs",
            [
                "With a token: TimeoutException",
                "Same worker after it: True",
                "Without one: TimeoutException, within two seconds: True",
                "Same worker after it: False",
            ]
        },
        {
            "map.cs",
            [
                "1 has 1 divisors",
                "2 has 2 divisors",
                "4 has 3 divisors",
                "6 has 4 divisors",
                "12 has 6 divisors",
                "24 has 8 divisors",
                "36 has 9 divisors",
                "48 has 10 divisors",
                "60 has 12 divisors",
                "120 has 16 divisors",
                "180 has 18 divisors",
                "240 has 20 divisors",
                "360 has 24 divisors",
                "720 has 30 divisors",
                "840 has 32 divisors",
                "Failed: 0 by ArgumentOutOfRangeException",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Sample_FromAnotherDirectory_PrintsWhatItPromises(string file, string[] lines)
    {
        ProgramRun run = await ProgramRun.OfSdkAsync(["run", Path.Combine(Repository.Samples, file)], null, s_configuration);

        run.ShouldSucceed();
        string[] printed = run.Output.TrimEnd().Split('\n');
        Assert.Equal(lines.Length, printed.Length);
        Assert.All(lines.Zip(printed), pair => Assert.Matches($"^{pair.First}$", pair.Second));
    }

    [Fact]
    public async Task Hello_AsACommand_Runs()
    {
        string program = Path.Combine(Repository.Samples, "hello.cs");
        ProgramRun run = await ProgramRun.OfAsync(program, [], null, s_configuration);

        run.ShouldSucceed();
        Assert.StartsWith("Hello from another process", run.Output);
    }

    [Fact]
    public void Samples_InTheFolder_AreShortAndTested()
    {
        string[] files = [.. Directory.EnumerateFiles(Repository.Samples, "*.cs").Order(StringComparer.Ordinal)];

        Assert.Equal(Samples.Select(row => row.Data.Item1).Order(StringComparer.Ordinal), files.Select(path => Path.GetFileName(path)));
        Assert.All(files, file => Assert.InRange(File.ReadAllLines(file).Length, 1, LongestSample - 1));
        Assert.All(files, file => Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute), $"{file} cannot be run as a command: chmod +x"));
    }
}
