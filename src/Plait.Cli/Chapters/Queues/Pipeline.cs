using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

internal sealed class Pipeline() : Chapter(
    "pipeline",
    Parts.Queues,
    "Three processes and two queues between them: one reads lines, one makes them upper case, one writes. They work at the same time.\n"
        + "The end passes through as a shutdown: who has put the last line shuts its queue down, and the next one ends when it has got all.",
    "docs/queues.md",
    hasBreak: true)
{
    public override IReadOnlyList<ChapterParameter> Parameters { get; } =
        [new("FILE", "The text whose lines are read, or - for the standard input; by default a license of /usr/share/common-licenses, else /etc/passwd.")];

    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(30);

    public override async Task RunAsync(ChapterContext context)
    {
        string usual = Array.Find(["/usr/share/common-licenses/GPL-3", "/usr/share/common-licenses/GPL-2"], File.Exists) ?? "/etc/passwd";
        string file = context.Arguments.Text("FILE", usual);
        if (file != "-" && !File.Exists(file))
        {
            throw new UsageException($"There is no file '{file}'. Give one that exists: plait lab pipeline FILE, or - for the standard input.");
        }

        context.Say($"reading {(file == "-" ? "the standard input" : file)}");
        using var scope = ProcessScope.Create();
        using IQueue<string> read = scope.CreateQueue<string>(capacity: 100);
        using IQueue<string> raised = scope.CreateQueue<string>(capacity: 100);
        ChildInput input = file == "-" ? ChildInput.Inherit : ChildInput.Null;
        bool isDropping = context.IsBroken;
        await using var reader = ChildProcess.Start(Stages.Read, file, read, new ChildProcessOptions { Name = "reader", StandardInput = input });
        await using var raiser = ChildProcess.Start(Stages.Raise, read, raised, isDropping, new ChildProcessOptions { Name = "raiser" });
        await using var writer = ChildProcess.Start(Stages.Write, raised, new ChildProcessOptions { Name = "writer", StandardOutput = ChildOutput.Pipe });
        using var output = new StreamReader(writer.StandardOutput!);
        string[] written = (await output.ReadToEndAsync(context.Cancellation)).Split('\n')[..^1];
        string[] lines = await reader;
        await raiser;
        await writer;
        foreach (string line in written.Where(line => line.Length > 0).Take(3))
        {
            context.Say(line);
        }

        context.Fact("lines", lines.Length);
        context.Fact("written", written.Length);
        context.Fact("processes", new[] { reader.Pid, raiser.Pid, writer.Pid }.Distinct().Count());
        context.Fact("waits_for_a_line", raised.GetStatistics().GetWaits);
        context.Expect(written.SequenceEqual(lines.Select(line => line.ToUpperInvariant())), "the output is the input in upper case, line by line");
        context.Expect(read.Count == 0 && raised.Count == 0, "nothing is left in the queues");
    }
}
