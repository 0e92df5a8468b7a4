using System.CommandLine;
using Plait.Cli.Workloads;

namespace Plait.Cli.Commands;

/// <summary>The options of <c>plait sched</c> that change what a workload says. Times are in the workload's unit.</summary>
internal sealed class SchedSettings
{
    private readonly Option<long?> _quantum = Time("--quantum", "The time slice of the policies that have one.");
    private readonly Option<long?> _boost = Time("--boost", "Multilevel feedback: all jobs go up every so often; 0: never.");
    private readonly Option<long?> _aging = Time("--aging", "Priorities: the waiting that makes up for one step; 0: none does.");
    private readonly Option<long?> _contextSwitch = Time("--switch", "The time a processor takes to change jobs.");
    private readonly Option<long?> _until = Time("--until", "When to stop.");
    private readonly Option<int?> _cpus = new("--cpus") { Description = "How many processors, 1 to 64.", HelpName = "N" };
    private readonly Option<long> _seed = new("--seed") { Description = "Which numbers chance gives: in the lottery, and in the workload 'random'. Default: 0.", HelpName = "N" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_quantum, _boost, _aging, _contextSwitch, _until, _cpus, _seed])
        {
            command.Add(option);
        }
    }

    public long Seed(ParseResult line) => line.GetValue(_seed);

    public Workload Apply(ParseResult line, Workload workload) => workload with
    {
        Cpus = (int?)Check(line, _cpus, line.GetValue(_cpus), min: 1, max: 64) ?? workload.Cpus,
        ContextSwitch = Check(line, _contextSwitch, line.GetValue(_contextSwitch), min: 0) ?? workload.ContextSwitch,
        Until = Check(line, _until, line.GetValue(_until), min: 1) ?? workload.Until,
        Settings = workload.Settings with
        {
            Quantum = Check(line, _quantum, line.GetValue(_quantum), min: 1) ?? workload.Settings.Quantum,
            Boost = Check(line, _boost, line.GetValue(_boost), min: 0) ?? workload.Settings.Boost,
            Aging = Check(line, _aging, line.GetValue(_aging), min: 0) ?? workload.Settings.Aging,
            Levels = line.GetValue(_quantum) is null ? workload.Settings.Levels : null,
            Seed = Seed(line),
        },
    };

    private static Option<long?> Time(string name, string description) => new(name) { Description = description, HelpName = "TIME" };

    private static long? Check(ParseResult line, Option option, long? value, long min, long max = WorkloadFile.LongestTime) =>
        value is null || (value >= min && value <= max) ? value
        : throw new UsageException($"{option.Name} {value}: '{line.CommandResult.Command.Name}' takes a whole number from {min} to {max}.");
}
