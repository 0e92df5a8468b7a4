using Plait.Cli.Chapters.Processes;
using Plait.Cli.Terminal;
using Plait.Execution;
using Plait.Processes;

namespace Plait.Cli.Chapters.Pool;

internal sealed class MapProgress() : Chapter(
    "map-progress",
    Parts.ProcessPool,
    "A map over real files that are read from a lazy sequence, never far ahead of the results; a bar shows how far it is.\n"
        + "One file does not exist, another never ends: both fail alone, and every other one is counted.",
    "docs/process-executor.md")
{
    private const string Missing = "/nonexistent/file";

    // Zeros without end, in a file whose size is 0.
    private const string Endless = "/dev/zero";
    private const int Window = 8;

    public override IReadOnlyList<ChapterParameter> Parameters { get; } =
        [new("FOLDER", "Whose text files are read, also in folders below; by default /usr/share/doc, with --quick /usr/share/common-licenses.")];

    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(10);

    public override async Task RunAsync(ChapterContext context)
    {
        string folder = context.Arguments.Folder("FOLDER", context.IsQuick ? "/usr/share/common-licenses" : "/usr/share/doc");
        string[] files = [.. TextFiles.In(folder).Select(f => f.FullName)];
        string[] items = [.. files[..(files.Length / 2)], Missing, Endless, .. files[(files.Length / 2)..]];
        (int read, int taken, int ahead) = (0, 0, 0);
        IEnumerable<string> lazy = items.Select(item =>
        {
            ahead = Math.Max(ahead, ++read - taken);
            return item;
        });

        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { DisposeMode = ShutdownMode.Kill });
        using ProgressBar bar = context.Progress(items.Length, "files");
        var options = new MapOptions
        {
            Window = Window,
            ItemTimeout = TimeSpan.FromSeconds(context.IsQuick ? 1 : 3),
            OnError = MapErrorMode.Continue,
            Progress = new Progress<Execution.MapProgress>(p => bar.Describe($"{p.Done} of {items.Length} files, {p.Failed} failed")),
            CancellationToken = context.Cancellation,
        };
        MapResults<long> results = pool.Map(lazy, Lines, options);
        long lines = 0;
        await foreach (MapOutcome<long> outcome in results.Outcomes())
        {
            taken++;
            bar.Advance();
            lines += outcome.IsSuccess ? outcome.Value : 0;
        }

        string[] errors = [.. results.Errors.Select(e => $"{items[e.Index]}:{e.Exception.GetType().Name}")];
        context.Fact("files", files.Length);
        context.Fact("lines", lines);
        context.Fact("most_ahead", ahead);
        context.Fact("errors", errors);
        context.Expect(lines == files.Sum(Lines), "every file is counted, as this process counts it");
        context.Expect(errors is [$"{Missing}:DirectoryNotFoundException", $"{Endless}:TimeoutException"], "the file that is missing and the one that never ends fail, and no other");
        context.Expect(ahead <= Window && taken == items.Length, $"the map reads no more than {Window} files ahead of what is taken from it");
    }

    private static long Lines(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[1 << 16];
        long lines = 0;
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return lines;
    }
}
