namespace Plait.Cli.Chapters.Coroutines;

/// <summary>A model under the three loads, and what it took with the idle ones.</summary>
internal sealed record IORow(IOFigures One, IOFigures Many, IOFigures Few, int Idle, ProcessTree Tree)
{
    public void State(ChapterContext context, string model)
    {
        foreach ((string load, IOFigures figures) in new[] { ("one", One), ("many", Many), ("few", Few) })
        {
            context.Fact($"{model}_{load}", figures.Connections);
            context.Fact($"{model}_{load}_rps", Math.Round(figures.Rate));
            context.Fact($"{model}_{load}_p99_us", Math.Round(figures.Percentile99, 1));
            context.Fact($"{model}_{load}_cpu_us", Math.Round(figures.Cost, 2));
        }

        context.Fact($"{model}_idle", Idle);
        context.Fact($"{model}_mb", Math.Round(Tree.Mebibytes, 1));
        context.Fact($"{model}_threads", Tree.Threads);
        context.Fact($"{model}_processes", Tree.Processes);
    }

    public override string ToString() =>
        $"{Text(One)}  {Many.Connections,5}: {Text(Many)}  {Few.Connections,3} of {Few.Connections + Idle,5}: {Text(Few)}{Tree.Mebibytes,8:0.0}{Tree.Threads,8}{Tree.Processes,6}";

    private static string Text(IOFigures figures) => $"{figures.Rate,9:N0}{figures.Percentile99,9:N0}{figures.Cost,8:0.0}";
}

/// <summary>What a server did under one load: messages a second, the 99th percentile of their times and what one cost in processor time, both in microseconds.</summary>
internal readonly record struct IOFigures(int Connections, double Rate, double Percentile99, double Cost, bool IsClean);
