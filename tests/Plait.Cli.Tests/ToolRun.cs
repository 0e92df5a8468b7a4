using System.Text.Json;
using Plait.Cli.Chapters;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;

namespace Plait.Cli.Tests;

/// <summary>One run of the tool inside the test process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static Task<ToolRun> OfAsync(IReadOnlyList<Chapter> chapters, params string[] args) =>
        OfAsync(chapters, new BenchSource([], MadeUpBench.Nothing), TestContext.Current.CancellationToken, args);

    public static Task<ToolRun> OfAsync(BenchSource bench, params string[] args) => OfAsync([], bench, TestContext.Current.CancellationToken, args);

    public static async Task<ToolRun> OfAsync(IReadOnlyList<Chapter> chapters, BenchSource bench, CancellationToken interrupted, params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = await new Tool(chapters, bench, Screen.Plain(output), TextReader.Null, output, error, TimeProvider.System).RunAsync(args, interrupted);
        return new ToolRun(code, output.ToString(), error.ToString());
    }
}

/// <summary>A file for <c>--json</c> that goes away with the test.</summary>
internal sealed class JsonFile : IDisposable
{
    public string Path { get; } = System.IO.Path.GetTempFileName();

    public IReadOnlyList<JsonElement> Rows()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path));
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    public void Dispose() => File.Delete(Path);
}
