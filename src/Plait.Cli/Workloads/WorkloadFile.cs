using Plait.Scheduling;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Workloads;

/// <summary>Reads workloads as docs/scheduling.md describes them. What is wrong is said with file and line.</summary>
internal static class WorkloadFile
{
    /// <summary>Times up to here can be added up without a thought for overflow.</summary>
    public const long LongestTime = 1_000_000_000_000;

    private const long LargestFile = 64 * 1024 * 1024;

    /// <exception cref="UsageException">The file cannot be read or understood.</exception>
    public static Workload Read(string path)
    {
        string text;
        try
        {
            text = new FileInfo(path).Length <= LargestFile ? File.ReadAllText(path) : throw new IOException($"it is longer than {LargestFile >> 20} MiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"the workload '{path}' cannot be read: {e.Message}", e);
        }

        return Parse(Path.GetFileNameWithoutExtension(path), path, text);
    }

    /// <exception cref="UsageException">The text cannot be understood.</exception>
    public static Workload Parse(string name, string path, string text)
    {
        try
        {
            return text.TrimStart().StartsWith('{') || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? ReadJson(name, LocatedValue.Parse(text))
                : WorkloadCsv.Read(name, text);
        }
        catch (WorkloadException e)
        {
            throw new UsageException($"{path}:{e.Line}: {e.Message}", e);
        }
    }

    private static Workload ReadJson(string name, LocatedValue root)
    {
        var members = new MemberReader(root, "the workload");
        int cpus = (int)(members.Whole("cpus", 1, 64) ?? 1);
        long? until = members.Whole("until", 1);
        var defaults = new PolicySettings();
        var workload = new Workload(name, [])
        {
            Title = members.Text("title") ?? "",
            Source = members.Text("source"),
            Cpus = cpus,
            ContextSwitch = members.Whole("contextSwitch", 0) ?? 0,
            Until = until,
            Settings = new PolicySettings
            {
                Quantum = members.Whole("quantum", 1) ?? defaults.Quantum,
                Levels = members.List("levels")?.Select(ReadLevel).ToList() is { Count: > 0 and <= 64 } levels ? levels
                    : members.Has("levels") ? throw new WorkloadException(members.LineOf("levels"), "'levels' has 1 to 64 levels") : null,
                Boost = members.Whole("boost", 0) ?? 0,
                RenewsWhenBlocking = members.Flag("renewsWhenBlocking"),
                Aging = members.Whole("aging", 0) ?? 0,
            },
        };
        IReadOnlyList<LocatedValue> jobs = members.List("jobs") ?? throw new WorkloadException(members.Line, "the workload has no 'jobs'");
        workload = workload with
        {
            Jobs = [.. jobs.Select((job, i) => ReadJob(new MemberReader(job, "a job"), i, cpus, until))],
            Expectations = [.. (members.List("expect") ?? []).Select(ReadExpectation)],
        };
        members.Finish();
        return workload.Jobs.Count > 0 ? workload : throw new WorkloadException(members.LineOf("jobs"), "'jobs' is empty: there is nothing to run");
    }

    private static Job ReadJob(MemberReader members, int index, int cpus, long? until)
    {
        string name = members.Text("name") ?? $"job {index + 1}";
        long? period = members.Whole("period", 1);
        if (period is not null && until is null)
        {
            throw new WorkloadException(members.LineOf("period"), "a job with a 'period' comes for ever: say when to stop, with 'until' of the workload");
        }

        var job = new Job(name.Length > 0 ? name : throw new WorkloadException(members.LineOf("name"), "'name' of a job is empty"), ReadBursts(members))
        {
            Arrival = members.Whole("arrival", 0) ?? 0,
            Priority = (int)(members.Whole("priority", int.MinValue, int.MaxValue) ?? 0),
            Weight = (int)(members.Whole("weight", 1, 1_000_000) ?? 1),
            ShareClass = members.Text("class"),
            Deadline = members.Whole("deadline", 1),
            Period = period,
            Affinity = [.. (members.Wholes("affinity", 0, cpus - 1) ?? []).Select(static cpu => (int)cpu)],
        };
        members.Finish();
        return job;
    }

    /// <summary>Either a list of bursts, or a total with a device that is asked for every so often.</summary>
    private static List<Burst> ReadBursts(MemberReader members)
    {
        IReadOnlyList<LocatedValue>? list = members.List("bursts");
        long? cpu = members.Whole("cpu", 0);
        long? every = members.Whole("ioEvery", 1);
        long? io = members.Whole("io", 0);
        string? device = members.Text("device");
        if ((list is null) == (cpu is null) || (list is not null && (every ?? io) is not null) || (every is null) != (io is null))
        {
            throw new WorkloadException(members.Line, "a job has either 'bursts', or 'cpu', and with it perhaps 'ioEvery' and 'io'");
        }

        if (list is not null)
        {
            return list.Count > 0 ? [.. list.Select(ReadBurst)] : throw new WorkloadException(members.LineOf("bursts"), "'bursts' is empty: the job would do nothing");
        }

        var bursts = new List<Burst>();
        long left = cpu!.Value;
        for (; every is { } stretch && left > stretch; left -= stretch)
        {
            bursts.Add(Burst.Cpu(stretch));
            bursts.Add(Burst.IO(io!.Value, device));
        }

        bursts.Add(Burst.Cpu(left));
        return bursts;
    }

    private static Burst ReadBurst(LocatedValue value)
    {
        if (value.Value is not Dictionary<string, LocatedValue>)
        {
            return Burst.Cpu(MemberReader.Whole(value, "a burst without braces", 0));
        }

        var members = new MemberReader(value, "a burst");
        long length = members.Whole("io", 0) ?? throw new WorkloadException(value.Line, "a burst in braces has an 'io', the time that the device needs");
        string? device = members.Text("device");
        members.Finish();
        return Burst.IO(length, device);
    }

    private static FeedbackLevel ReadLevel(LocatedValue value)
    {
        var members = new MemberReader(value, "a level");
        var level = new FeedbackLevel(
            members.Whole("quantum", 1) ?? throw new WorkloadException(value.Line, "a level has a 'quantum'"),
            (int)(members.Whole("allotment", 1, int.MaxValue) ?? 1));
        members.Finish();
        return level;
    }

    private static Expectation ReadExpectation(LocatedValue value)
    {
        var members = new MemberReader(value, "an expectation");
        string name = members.Text("policy") ?? throw new WorkloadException(value.Line, "an expectation has a 'policy'");
        var expectation = new Expectation(PolicyNames.Find(name) ?? throw new WorkloadException(members.LineOf("policy"), UsageException.Unknown("policy", name, PolicyNames.All).Message))
        {
            Waiting = members.Number("waiting"),
            Turnaround = members.Number("turnaround"),
            Response = members.Number("response"),
            Waits = members.Wholes("waits", 0),
            Turnarounds = members.Wholes("turnarounds", 0),
            Missed = members.List("missed")?.Select(static item => item.Value as string ?? throw new WorkloadException(item.Line, "each of 'missed' is a text, as \"P2 at 80\"")).ToList(),
        };
        members.Finish();
        return expectation;
    }
}
