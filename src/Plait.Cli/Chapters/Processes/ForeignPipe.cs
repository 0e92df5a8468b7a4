using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class ForeignPipe() : Chapter(
    "foreign-pipe",
    Parts.Processes,
    "A foreign program is a child too: its input, output and errors are streams, and children join in a pipeline.\n"
        + "The bytes between two programs go from one to the other; they never pass through this process.",
    "docs/child-process.md",
    hasBreak: true)
{
    private static readonly string[] s_words = ["pear", "apple", "fig", "apple", "pear", "apple"];

    public override async Task RunAsync(ChapterContext context)
    {
        using ChildProcess upper = Start("tr", ["a-z", "A-Z"], ChildInput.Pipe);
        string[] order = context.IsBroken ? ["uniq", "sort"] : ["sort", "uniq"];
        using ChildProcess second = Start(order[0], order[0] == "uniq" ? ["-c"] : [], ChildInput.From(upper));
        using ChildProcess third = Start(order[1], order[1] == "uniq" ? ["-c"] : [], ChildInput.From(second));
        await using (var writer = new StreamWriter(upper.StandardInput!))
        {
            await writer.WriteAsync(string.Join('\n', s_words) + "\n");
        }

        string output = await new StreamReader(third.StandardOutput!).ReadToEndAsync(context.Cancellation);
        string[] counted = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        string[] expected = [.. s_words.GroupBy(w => w.ToUpperInvariant()).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}")];
        ChildProcess[] all = [upper, second, third];
        ChildProcess.WaitAll(all, cancellationToken: context.Cancellation);
        context.Fact("pipeline", string.Join('|', all.Select(c => c.Name)));
        context.Fact("counted", counted);
        context.Fact("exit_codes", all.Select(c => c.Outcome!.ExitCode));
        context.Expect(counted.SequenceEqual(expected), "the pipeline counts what was written to it");
        context.Expect(all.All(c => c.Outcome!.IsSuccess), "every program of it exits with 0");

        using ChildProcess failing = Start("ls", ["/nonexistent"], ChildInput.Null, ChildOutput.Pipe);
        string complaint = await new StreamReader(failing.StandardError!).ReadToEndAsync(context.Cancellation);
        await failing.JoinAsync(cancellationToken: context.Cancellation);
        context.Fact("error_stream", complaint.Trim());
        context.Fact("error_exit_code", failing.Outcome!.ExitCode);
        context.Expect(complaint.Contains("/nonexistent", StringComparison.Ordinal) && failing.Outcome is { IsSuccess: false, ExitCode: > 0 }, "a program that fails says why on its error stream, and by its exit code");
    }

    private static ChildProcess Start(string program, string[] arguments, ChildInput input, ChildOutput error = ChildOutput.Relay) =>
        ChildProcess.StartProgram(program, arguments, new ChildProcessOptions
        {
            StandardInput = input,
            StandardOutput = ChildOutput.Pipe,
            StandardError = error,
            Environment = { ["LC_ALL"] = "C" },
        });
}
