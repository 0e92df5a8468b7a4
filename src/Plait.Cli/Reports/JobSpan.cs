using Plait.Scheduling.Simulation;

namespace Plait.Cli.Reports;

/// <summary>The times in which a job was in one state.</summary>
internal readonly record struct JobSpan(int Job, long Start, long End, JobState State)
{
    /// <summary>What every job did between its arrival and its end, or the end of the simulation; spans of no length are left out.</summary>
    public static IReadOnlyList<JobSpan>[] Of(SimulationTrace trace)
    {
        var spans = new List<JobSpan>[trace.Jobs.Count];
        var since = new (long Time, JobState State)[trace.Jobs.Count];
        for (int i = 0; i < spans.Length; i++)
        {
            spans[i] = [];
        }

        foreach (StateChange change in trace.StateChanges)
        {
            Close(change.Job, change.Time);
            since[change.Job] = (change.Time, change.To);
        }

        for (int i = 0; i < spans.Length; i++)
        {
            Close(i, trace.End);
        }

        return spans;

        void Close(int job, long end)
        {
            (long start, JobState state) = since[job];
            if (end > start && state is not (JobState.New or JobState.Terminated))
            {
                if (spans[job] is [.., { } last] && last.State == state && last.End == start)
                {
                    start = last.Start;
                    spans[job].RemoveAt(spans[job].Count - 1);
                }

                spans[job].Add(new JobSpan(job, start, end, state));
            }
        }
    }
}
