using System.Text.Json;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Reports;

/// <summary>A simulation as JSON: means, every job, and what each processor did from when to when. Means of nothing are null.</summary>
internal static class SchedReport
{
    public static void Write(Utf8JsonWriter json, SchedRun run)
    {
        SimulationTrace trace = run.Trace;
        json.WriteString("workload", run.Workload.Name);
        json.WriteString("policy", run.Policy);
        json.WriteNumberOrNull("waiting", trace.MeanWaiting);
        json.WriteNumberOrNull("turnaround", trace.MeanTurnaround);
        json.WriteNumberOrNull("response", trace.MeanResponse);
        json.WriteNumberOrNull("slowdown", trace.MeanSlowdown);
        json.WriteNumber("utilisation", trace.Utilisation());
        json.WriteNumber("end", trace.End);
        json.WriteNumber("contextSwitches", trace.ContextSwitches);
        json.WriteBooleanOrNull("ok", run.IsKnown ? run.Differences.Count == 0 : null);
        json.WriteStrings("differences", run.Differences);
        json.WriteObjects("jobs", trace.Jobs, job =>
        {
            json.WriteString("name", job.Name);
            json.WriteNumber("round", job.Round);
            json.WriteNumber("arrival", job.Arrival);
            json.WriteNumberOrNull("firstRun", job.FirstRun);
            json.WriteNumberOrNull("finish", job.Finish);
            json.WriteNumber("cpu", job.CpuTime);
            json.WriteNumber("waiting", job.Waiting);
            json.WriteNumberOrNull("turnaround", job.Turnaround);
            json.WriteNumberOrNull("response", job.Response);
            json.WriteNumberOrNull("slowdown", job.Slowdown);
            json.WriteNumber("stopped", job.Preemptions);
        });
        json.WriteObjects("slices", trace.Slices, slice =>
        {
            json.WriteNumber("cpu", slice.Place);
            json.WriteNumber("start", slice.Start);
            json.WriteNumber("end", slice.End);
            json.WriteNumber("job", slice.Job);
            json.WriteBoolean("switch", slice.IsSwitch);
        });
        json.WriteObjects("devices", trace.Devices, device =>
        {
            json.WriteString("name", device.Name);
            json.WriteNumber("busy", device.Busy);
            json.WriteNumber("utilisation", device.Utilisation);
        });
        json.WriteObjects("missed", trace.MissedDeadlines, missed =>
        {
            json.WriteNumber("job", missed.Job);
            json.WriteNumber("deadline", missed.Deadline);
            json.WriteNumberOrNull("finish", missed.Finish);
        });
    }
}
