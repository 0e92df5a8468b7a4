using System.Globalization;
using Plait.Cli.Terminal;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Reports;

/// <summary>A Gantt chart of characters: a row a job, and in each column what the job did for most of that time.</summary>
internal sealed class GanttChart(SchedRun run)
{
    private const int Width = 72;
    private const int MostRows = 40;

    public void WriteTo(Screen screen)
    {
        SimulationTrace trace = run.Trace;
        long end = Math.Max(1, trace.End);
        int columns = (int)Math.Min(Width, end);
        int rows = Math.Min(trace.Jobs.Count, MostRows);
        int names = Math.Max(run.Policy.Length, Enumerable.Range(0, rows).Select(job => run.NameOf(job).Length).DefaultIfEmpty().Max());
        screen.WriteLine([(run.Policy.PadRight(names + 2), Tone.Strong), ("# runs   - waits for a processor   . waits for a device", Tone.Faint)]);
        IReadOnlyList<JobSpan>[] spans = JobSpan.Of(trace);
        for (int job = 0; job < rows; job++)
        {
            var line = new List<(string, Tone)> { (run.NameOf(job).PadRight(names + 2), Tone.Normal) };
            line.AddRange(Columns(spans[job], columns, end).Select(static state => (Symbol(state), ToneOf(state))));
            screen.WriteLine(line);
        }

        if (trace.Jobs.Count > rows)
        {
            screen.WriteLine($"and {trace.Jobs.Count - rows} more; --out draws them all", Tone.Faint);
        }

        screen.WriteLine(new string(' ', names + 2) + Axis(columns, end), Tone.Faint);
    }

    private static JobState[] Columns(IReadOnlyList<JobSpan> spans, int columns, long end)
    {
        var states = new JobState[columns];
        var most = new double[columns];
        foreach (JobSpan span in spans)
        {
            double scale = (double)columns / end;
            for (int column = (int)(span.Start * scale); column < columns && column < span.End * scale; column++)
            {
                double part = Math.Min(span.End * scale, column + 1) - Math.Max(span.Start * scale, column);

                // Short runs between long waits are what a chart is looked at for.
                part *= span.State == JobState.Running ? 4 : 1;
                if (part > most[column])
                {
                    (most[column], states[column]) = (part, span.State);
                }
            }
        }

        return states;
    }

    /// <summary>Round times under the columns where they begin.</summary>
    private static string Axis(int columns, long end)
    {
        char[] axis = [.. Enumerable.Repeat(' ', columns + 12)];
        long step = Step(end, columns / 8);
        for (long time = 0; time <= end; time += step)
        {
            string text = time.ToString(CultureInfo.InvariantCulture);
            text.CopyTo(axis.AsSpan((int)(time * (double)columns / end)));
        }

        return new string(axis).TrimEnd();
    }

    /// <summary>The least of 1, 2, 5, 10, 20, 50, ... that gives no more than so many steps.</summary>
    internal static long Step(long end, int most)
    {
        long power = 1;
        while (true)
        {
            foreach (long factor in (long[])[1, 2, 5])
            {
                if (end / (power * factor) <= Math.Max(1, most))
                {
                    return power * factor;
                }
            }

            power *= 10;
        }
    }

    private static string Symbol(JobState state) => state switch
    {
        JobState.Running => "#",
        JobState.Ready => "-",
        JobState.Blocked => ".",
        _ => " ",
    };

    private static Tone ToneOf(JobState state) => state switch
    {
        JobState.Running => Tone.Good,
        JobState.Ready => Tone.Doubtful,
        _ => Tone.Faint,
    };
}
