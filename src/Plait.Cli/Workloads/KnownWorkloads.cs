using System.Reflection;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Workloads;

/// <summary>The workloads that the tool has by name: the files of samples/workloads, and jobs made at random.</summary>
internal static class KnownWorkloads
{
    public const string AtRandom = "random";
    private const string Prefix = "workloads/";

    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(KnownWorkloads).Assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(static name => name[Prefix.Length..]).Order(StringComparer.Ordinal), AtRandom];

    /// <exception cref="UsageException">There is none of this name.</exception>
    public static Workload Find(string name, long seed)
    {
        if (name == AtRandom)
        {
            return Random(seed);
        }

        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name) ?? throw UsageException.Unknown("workload", name, Names);
        using var reader = new StreamReader(stream);
        return WorkloadFile.Parse(name, $"{name}.json", reader.ReadToEnd());
    }

    /// <summary>Some that compute and some that mostly wait for a device.</summary>
    private static Workload Random(long seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        var jobs = new List<Job>();
        for (int i = 1; i <= 8; i++)
        {
            bool isInteractive = i % 2 == 0;
            var bursts = new List<Burst>();
            for (int left = isInteractive ? random.Next(3, 8) : 1; left > 0; left--)
            {
                bursts.Add(Burst.Cpu(isInteractive ? random.Next(1, 6) : random.Next(40, 160)));
                bursts.Add(Burst.IO(random.Next(5, 20), random.Next(2) == 0 ? "disk" : null));
            }

            jobs.Add(new Job($"{(isInteractive ? "short" : "long")} {i}", bursts)
            {
                Arrival = random.Next(0, 120),
                Priority = isInteractive ? 1 : 2,
                Weight = random.Next(1, 5),
                Deadline = random.Next(100, 800),
            });
        }

        return new Workload(AtRandom, jobs) { Title = $"Eight jobs at random, seed {seed}" };
    }
}
