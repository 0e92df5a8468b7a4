using System.Net;
using System.Text;
using Plait.Cli.Workloads;

namespace Plait.Cli.Reports;

/// <summary>The file that <c>--out</c> names. It is opened before the work starts, so that a wrong path costs nothing.</summary>
internal sealed class PictureFile : IDisposable
{
    private readonly FileStream _file;
    private readonly bool _isPage;

    private PictureFile(FileStream file, bool isPage) => (_file, _isPage) = (file, isPage);

    /// <summary>Opens the file; null when no path was given.</summary>
    /// <exception cref="UsageException">It is neither SVG nor HTML, or cannot be written.</exception>
    public static PictureFile? Open(string? path)
    {
        if (path is null)
        {
            return null;
        }

        string kind = Path.GetExtension(path).ToUpperInvariant();
        if (kind is not (".SVG" or ".HTML" or ".HTM"))
        {
            throw new UsageException($"--out '{path}': the name ends in .svg for a picture or .html for a page.");
        }

        try
        {
            return new PictureFile(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), kind != ".SVG");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--out '{path}' cannot be written: {e.Message}", e);
        }
    }

    public void Write(IReadOnlyList<SchedRun> runs)
    {
        _file.Write(Encoding.UTF8.GetBytes(_isPage ? Page(runs) : GanttSvg.Draw(runs)));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static string Page(IReadOnlyList<SchedRun> runs)
    {
        var page = new StringBuilder(
            """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Scheduling</title>
            <style>body{font-family:sans-serif;max-width:1000px;margin:2em auto}table{border-collapse:collapse}td,th{padding:.2em .8em;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}</style>
            </head><body>

            """);
        foreach (IGrouping<Workload, SchedRun> group in runs.GroupBy(static run => run.Workload))
        {
            page.Append($"<h1>{Encode(group.Key.Name)}</h1>\n<p>{Encode(group.Key.Title)}</p>\n<table><tr>");
            page.AppendJoin("", SchedRun.Headings.Append("").Select(static heading => $"<th>{heading}</th>")).Append("</tr>\n");
            foreach (SchedRun run in group)
            {
                page.Append("<tr>").AppendJoin("", run.Cells().Append(run.Verdict).Select(static cell => $"<td>{Encode(cell)}</td>")).Append("</tr>\n");
            }

            page.Append("</table>\n").Append(GanttSvg.Draw([.. group]));
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
