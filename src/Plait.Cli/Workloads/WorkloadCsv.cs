using System.Globalization;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Workloads;

/// <summary>A workload as a table: a line of headings, and a job a line. Bursts are separated by blanks: <c>5 io10@disk 3</c> computes, waits for a device and computes.</summary>
internal static class WorkloadCsv
{
    private static readonly string[] s_columns = ["name", "arrival", "bursts", "priority", "weight", "class", "deadline", "affinity"];

    public static Workload Read(string name, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        string[]? headings = null;
        var jobs = new List<Job>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]) || lines[i].StartsWith('#'))
            {
                continue;
            }

            string[] cells = [.. lines[i].Split(',', StringSplitOptions.TrimEntries)];
            if (headings is null)
            {
                headings = Check(cells, i + 1);
            }
            else
            {
                jobs.Add(ReadJob(headings, cells, i + 1, jobs.Count));
            }
        }

        return jobs.Count > 0 ? new Workload(name, jobs) { Cpus = jobs.SelectMany(static job => job.Affinity).DefaultIfEmpty().Max() + 1 }
            : throw new WorkloadException(lines.Length, "there is no job: the file has a line of headings and a line for each job");
    }

    private static string[] Check(string[] headings, int line)
    {
        foreach (string heading in headings)
        {
            if (!s_columns.Contains(heading, StringComparer.Ordinal))
            {
                throw new WorkloadException(line, UsageException.Unknown("column", heading, s_columns).Message);
            }
        }

        return headings.Contains("bursts", StringComparer.Ordinal) && headings.Distinct(StringComparer.Ordinal).Count() == headings.Length
            ? headings
            : throw new WorkloadException(line, "the headings hold 'bursts', and none of them twice");
    }

    private static Job ReadJob(string[] headings, string[] cells, int line, int index)
    {
        if (cells.Length != headings.Length)
        {
            throw new WorkloadException(line, $"{cells.Length} values stand under {headings.Length} headings ({string.Join(',', headings)})");
        }

        string? Cell(string heading) => Array.IndexOf(headings, heading) is >= 0 and int at && cells[at].Length > 0 ? cells[at] : null;
        long? Whole(string heading, long min, long max) => Cell(heading) is { } cell ? Number(cell, heading, line, min, max) : null;

        string[] bursts = (Cell("bursts") ?? throw new WorkloadException(line, "the job has no bursts")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Job(Cell("name") ?? $"job {index + 1}", [.. bursts.Select(burst => ReadBurst(burst, line))])
        {
            Arrival = Whole("arrival", 0, WorkloadFile.LongestTime) ?? 0,
            Priority = (int)(Whole("priority", int.MinValue, int.MaxValue) ?? 0),
            Weight = (int)(Whole("weight", 1, 1_000_000) ?? 1),
            ShareClass = Cell("class"),
            Deadline = Whole("deadline", 1, WorkloadFile.LongestTime),
            Affinity = [.. (Cell("affinity") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(cpu => (int)Number(cpu, "affinity", line, 0, 63))],
        };
    }

    private static Burst ReadBurst(string text, int line)
    {
        if (!text.StartsWith("io", StringComparison.Ordinal))
        {
            return Burst.Cpu(Number(text, "bursts", line, 0, WorkloadFile.LongestTime));
        }

        string[] parts = text[2..].Split('@', 2);
        return Burst.IO(Number(parts[0], "bursts", line, 0, WorkloadFile.LongestTime), parts is [_, { Length: > 0 } device] ? device : null);
    }

    private static long Number(string text, string heading, int line, long min, long max) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? value
            : throw new WorkloadException(line, $"'{text}' under '{heading}' is no whole number from {min} to {max}");
}
