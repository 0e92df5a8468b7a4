using System.Globalization;
using System.Net;
using System.Text;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Reports;

/// <summary>Gantt charts as one SVG picture, a block a simulation: a row a job, its bars coloured by processor, its waits thin. Bars say what they are when pointed at.</summary>
internal static class GanttSvg
{
    private const int Left = 130;
    private const int Chart = 820;
    private const int Row = 20;
    private const int Head = 44;
    private const int Foot = 30;

    private static readonly string[] s_cpus = ["#2563eb", "#059669", "#d97706", "#7c3aed", "#db2777", "#0891b2", "#65a30d", "#dc2626"];

    public static string Draw(IReadOnlyList<SchedRun> runs)
    {
        int height = runs.Sum(static run => HeightOf(run));
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Left + Chart + 20} {height}" font-family="sans-serif" font-size="12">""");
        Add(svg, $"""<rect width="{Left + Chart + 20}" height="{height}" fill="#ffffff"/>""");
        int top = 0;
        foreach (SchedRun run in runs)
        {
            DrawRun(svg, run, top);
            top += HeightOf(run);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static int HeightOf(SchedRun run) => Head + (run.Trace.Jobs.Count * Row) + Foot;

    private static void DrawRun(StringBuilder svg, SchedRun run, int top)
    {
        SimulationTrace trace = run.Trace;
        long end = Math.Max(1, trace.End);
        int bottom = top + Head + (trace.Jobs.Count * Row);
        Add(svg, $"""<text x="10" y="{top + 26}" font-size="15" font-weight="bold">{Encode($"{run.Workload.Name}: {run.Policy}")}</text>""");
        long step = GanttChart.Step(end, 12);
        for (long time = 0; time <= end; time += step)
        {
            double x = X(time, end);
            Add(svg, $"""<path d="M{x:0.##} {top + Head - 4}V{bottom + 4}" stroke="#e5e7eb"/><text x="{x:0.##}" y="{bottom + 18}" text-anchor="middle" fill="#6b7280">{time}</text>""");
        }

        IReadOnlyList<JobSpan>[] spans = JobSpan.Of(trace);
        for (int job = 0; job < spans.Length; job++)
        {
            int y = top + Head + (job * Row);
            Add(svg, $"""<text x="{Left - 8}" y="{y + 14}" text-anchor="end">{Encode(run.NameOf(job))}</text>""");
            foreach (JobSpan span in spans[job].Where(static span => span.State != JobState.Running))
            {
                (string fill, string what) = span.State == JobState.Ready ? ("#fbbf24", "waits for a processor") : ("#d1d5db", "waits for a device");
                Bar(svg, span.Start, span.End, end, y + 8, 4, fill, $"{run.NameOf(job)} {what}");
            }
        }

        foreach (GanttSlice slice in trace.Slices)
        {
            string what = slice.IsSwitch ? "processor {0} changes to it" : "runs on processor {0}";
            Bar(svg, slice.Start, slice.End, end, top + Head + (slice.Job * Row) + 2, Row - 4, slice.IsSwitch ? "#111827" : s_cpus[slice.Place % s_cpus.Length],
                $"{run.NameOf(slice.Job)} {string.Format(CultureInfo.InvariantCulture, what, slice.Place)}");
        }

        foreach (MissedDeadline missed in trace.MissedDeadlines)
        {
            Add(svg, $"""<path d="M{X(missed.Deadline, end):0.##} {top + Head + (missed.Job * Row)}v{Row}" stroke="#dc2626" stroke-width="3"><title>{Encode(run.NameOf(missed.Job))} misses its deadline {missed.Deadline}</title></path>""");
        }
    }

    private static void Bar(StringBuilder svg, long start, long finish, long end, int y, int height, string fill, string what) => Add(
        svg, $"""<rect x="{X(start, end):0.##}" y="{y}" width="{X(finish, end) - X(start, end):0.###}" height="{height}" fill="{fill}"><title>{Encode(what)}, {start} to {finish}</title></rect>""");

    private static double X(long time, long end) => Left + ((double)time / end * Chart);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
