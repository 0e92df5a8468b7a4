using Plait.CrashDummy;

// Each word is one scenario. What happens is told on standard output, a line at a time; whoever started us reads it.
return args switch
{
    ["call", var size] => Calls.Run(size),
    ["tree", var mode, var generations] => Trees.Run(mode, int.Parse(generations)),
    ["exit", var way, var child] => Exits.Run(way, child),
    ["statuses", var count] => Statuses.Run(int.Parse(count)),
    ["hook"] => Hooks.Run(),
    ["start"] => Guards.StartOne(),
    ["server"] => Servers.Run(),
    ["nest"] => Guards.Nest(),
    ["pool", var state] => Pools.Run(state),
    ["pools"] => Pools.Live(),
    ["executor", var way] => Executors.Run(way),
    ["threads", var way] => Threads.Run(way),
    _ => Fail(args),
};

static int Fail(string[] args)
{
    Console.Error.WriteLine($"No scenario '{string.Join(' ', args)}'.");
    return 64;
}
