using Plait.Scheduling.Simulation;

namespace Plait.Tests.Scheduling;

/// <summary>Jobs and machines at random, the same for a seed.</summary>
internal static class Workloads
{
    public static (Job[] Jobs, SimulationOptions Options) Random(int seed)
    {
        var random = new Random(seed);
        int cpus = random.Next(1, 5);
        var options = new SimulationOptions
        {
            Cpus = cpus,
            ContextSwitch = random.Next(3) == 0 ? random.Next(1, 3) : 0,
            IsClairvoyant = random.Next(3) > 0,
        };
        bool hasAffinity = random.Next(3) == 0;
        return ([.. Enumerable.Range(0, random.Next(1, 25)).Select(i => Make(i, random, cpus, hasAffinity))], options);
    }

    private static Job Make(int number, Random random, int cpus, bool hasAffinity)
    {
        var bursts = new List<Burst>();
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            bursts.Add(Burst.Cpu(random.Next(0, 40)));
            if (random.Next(2) == 0)
            {
                bursts.Add(Burst.IO(random.Next(0, 20), random.Next(3) switch { 0 => "disk", 1 => "net", _ => null }));
            }
        }

        return new Job($"job {number % 7}", bursts)
        {
            Arrival = random.Next(2) == 0 ? 0 : random.Next(100),
            Priority = random.Next(-2, 5),
            // One weight a class: a class takes that of its newest job.
            ShareClass = $"class {number % 4}",
            Weight = 1 + (number % 4),
            Deadline = random.Next(2) == 0 ? null : random.Next(1, 200),
            Affinity = hasAffinity && random.Next(2) == 0 ? [random.Next(cpus)] : [],
        };
    }
}
