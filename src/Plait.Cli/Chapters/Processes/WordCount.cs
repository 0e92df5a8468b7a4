using Plait.Cli.Terminal;
using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class WordCount() : Chapter(
    "wordcount",
    Parts.Processes,
    "The words of real text, counted by one child process, then by two, and so on up to one a core.\n"
        + "The counts are equal; the time falls when the text is large enough to pay for the starts.",
    "docs/child-process.md",
    hasBreak: true)
{
    public override IReadOnlyList<ChapterParameter> Parameters { get; } =
    [
        new("FOLDER", "Whose text files are read, also in folders below; by default /usr/share/doc, with --quick /usr/share/common-licenses."),
        new("--workers", "The largest number of child processes; by default one a core, at least 2."),
    ];

    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(30);

    public override async Task RunAsync(ChapterContext context)
    {
        string usual = context.IsQuick ? "/usr/share/common-licenses" : "/usr/share/doc";
        if (context.Arguments.Text("FOLDER", usual) == usual && !Directory.Exists(usual))
        {
            context.Skip($"{usual} does not exist; give a folder: plait lab wordcount FOLDER");
        }

        string folder = context.Arguments.Folder("FOLDER", usual);
        FileInfo[] files = [.. TextFiles.In(folder)];
        if (files.Length == 0)
        {
            throw new UsageException($"'{folder}' holds no text: not one readable file in it, or below it, is UTF-8 without zero bytes. Give another: plait lab wordcount FOLDER");
        }

        context.Fact("files", files.Length);
        context.Fact("mib", files.Sum(f => f.Length) / 1048576.0);
        int most = context.Arguments.Number("--workers", Math.Max(2, Environment.ProcessorCount), min: 2, max: 256);
        (Dictionary<string, long> Words, TimeSpan Time)? first = null;
        foreach (int workers in Enumerable.Range(1, most).Where(n => n == most || int.IsPow2(n)))
        {
            // The control forgets a file in the last run.
            FileInfo[] shared = context.IsBroken && workers == most ? files[1..] : files;
            TimeSpan start = context.Elapsed;
            Dictionary<string, long> words = await CountAsync(context, TextFiles.Share(shared, workers));
            (Dictionary<string, long> Words, TimeSpan Time) run = (words, context.Elapsed - start);
            first ??= run;
            context.Fact($"words_{workers}", words.Values.Sum());
            context.Fact($"seconds_{workers}", run.Time);
            context.Fact($"speedup_{workers}", first.Value.Time / run.Time);
            context.Expect(words.Count == first.Value.Words.Count && !words.Except(first.Value.Words).Any(), $"with {workers} at work every word is counted as often as by one");
        }

        context.Fact("most_frequent", first!.Value.Words.OrderByDescending(w => w.Value).Take(3).Select(w => w.Key));
    }

    private static async Task<Dictionary<string, long>> CountAsync(ChapterContext context, string[][] shares)
    {
        using ProgressBar bar = context.Progress(shares.Sum(s => s.Length), $"{shares.Length} processes");
        ChildProcess<Dictionary<string, long>>[] children = [.. shares.Select(s => ChildProcess.Start(TextFiles.Count, s, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe }))];
        await Task.WhenAll(children.Select(async child =>
        {
            // A line for each file that is done.
            using var done = new StreamReader(child.StandardOutput!);
            while (await done.ReadLineAsync(context.Cancellation) is not null)
            {
                bar.Advance();
            }
        }));
        IEnumerable<KeyValuePair<string, long>> all = (await Task.WhenAll(children.Select(c => c.GetResultAsync(context.Cancellation)))).SelectMany(w => w);
        Array.ForEach(children, c => c.Dispose());
        return all.GroupBy(w => w.Key, w => w.Value).ToDictionary(g => g.Key, g => g.Sum());
    }
}
