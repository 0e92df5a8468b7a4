using Plait.Scheduling;
using Plait.Scheduling.Simulation;

namespace Plait.Cli.Chapters.Theory;

internal sealed class Multiprogramming() : Chapter(
    "multiprogramming",
    Parts.Theory,
    "Three jobs, wash 30, cook 30, boil 40: one after the other they take 100, at once as long as the longest.\n"
        + "What is used at once is the devices, while the processor only presses buttons. Two jobs that want one device wait for each other.",
    "docs/scheduling.md",
    hasBreak: true)
{
    public override Task RunAsync(ChapterContext context)
    {
        // One program that does one thing after the other, and three that are in memory at once.
        SimulationTrace serial = Run(new Job("all", Burst.IO(30, "washer"), Burst.IO(30, "stove"), Burst.IO(40, "kettle")));
        SimulationTrace overlapped = context.IsBroken ? Three("stove", "stove", "stove") : Three("washer", "stove", "kettle");
        SimulationTrace shared = Three("washer", "stove", "stove");
        foreach ((string what, SimulationTrace trace) in ((string, SimulationTrace)[])[("one after the other", serial), ("at once", overlapped), ("two on one device", shared)])
        {
            context.Say($"{what}: {trace.End}; busy: {string.Join(", ", trace.Devices.Select(Describe))}");
        }

        context.Fact("serial", serial.End);
        context.Fact("overlapped", overlapped.End);
        context.Fact("two_share_one", shared.End);
        context.Fact("busy_serial", serial.Devices.Select(Describe));
        context.Fact("busy_overlapped", overlapped.Devices.Select(Describe));
        context.Fact("busy_shared", shared.Devices.Select(Describe));
        context.Expect(serial.End == 100, "one after the other they take the sum");
        context.Expect(overlapped.End == 40, "at once they take as long as the longest");
        context.Expect(shared.End == 70, "two that share a device take as long as both");
        context.Expect(overlapped.Devices.Count == 3 && overlapped.Devices.Sum(static use => use.Utilisation) > 2 * serial.Devices.Sum(static use => use.Utilisation), "at once the same devices are used more than twice as well");
        return Task.CompletedTask;
    }

    private static SimulationTrace Three(string wash, string cook, string boil) =>
        Run(new Job("wash", Burst.IO(30, wash)), new Job("cook", Burst.IO(30, cook)), new Job("boil", Burst.IO(40, boil)));

    private static SimulationTrace Run(params Job[] jobs) => Simulator.Run(jobs, new FifoPolicy());

    private static string Describe(DeviceUse use) => FormattableString.Invariant($"{use.Name} {use.Utilisation * 100:0} %");
}
