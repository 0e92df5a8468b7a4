using System.Net.Sockets;
using Plait.Net.Servers;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class IOCompare() : Chapter(
    "io-compare",
    Parts.CoroutinesAndIO,
    "Every model under the same three loads: one connection, where watching many is no better than waiting for one; a hundred, or as many as the model serves at a time;\n"
        + "and ten among thousands that are idle, where it shows what a connection costs that says nothing.",
    "docs/servers.md",
    hasBreak: false)
{
    private static readonly ServerModel[] s_waiting = [ServerModel.Iterative, ServerModel.Threads, ServerModel.Pool];
    private static readonly ServerModel[] s_watching = [ServerModel.Select, ServerModel.Poll, ServerModel.Epoll, ServerModel.Selector];

    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(10);

    public override async Task RunAsync(ChapterContext context)
    {
        using var scope = ProcessScope.Create("comparison");
        var rows = new Dictionary<ServerModelInfo, IORow>();
        context.Say($"{string.Empty,-14}{"one connection",-28}{"many",-35}{"few among idle",-41}{"MB",8}{"threads",8}{"procs",6}");
        context.Say($"{"model",-14}{"req/s",9}{"p99 us",9}{"cpu us",8}  {"",7}{"req/s",9}{"p99 us",9}{"cpu us",8}  {"",13}{"req/s",9}{"p99 us",9}{"cpu us",8}");
        foreach (ServerModelInfo model in ServerModels.All)
        {
            rows[model] = await MeasureAsync(scope, model.Model, context);
            context.Say($"{model.Name,-14}{rows[model]}");
        }

        double most = rows.Values.Max(static row => row.Many.Rate);
        foreach ((ServerModelInfo model, IORow row) in rows.OrderBy(static pair => pair.Value.Many.Rate))
        {
            context.Say($"{model.Name,-14}{row.Many.Connections,5} at once {row.Many.Rate,9:N0} req/s {new string('█', (int)Math.Ceiling(40 * row.Many.Rate / most))}");
            row.State(context, model.Name);
        }

        IORow Of(ServerModel model) => rows[ServerModels.Get(model)];
        double waiting = s_waiting.Min(model => Of(model).One.Cost);
        double watching = s_watching.Min(model => Of(model).One.Cost);
        context.Expect(rows.Values.All(static row => row.One.IsClean && row.Many.IsClean && row.Few.IsClean), "every model answers all");
        context.Expect(waiting < 1.3 * watching, "for one connection, watching many is no better than waiting for one");
        context.Expect(Of(ServerModel.Threads).Tree.Threads >= Of(ServerModel.Epoll).Tree.Threads + (Of(ServerModel.Threads).Idle / 2), "a thread a connection is there while it is idle");
        context.Expect(Of(ServerModel.Processes).Tree.Processes > Of(ServerModel.Coroutine).Tree.Processes, "a process a connection is there while it is idle");
        if (!context.IsQuick)
        {
            context.Expect(Of(ServerModel.Poll).Few.Cost > 1.5 * Of(ServerModel.Epoll).Few.Cost, "looking at all costs more than being told, where most are idle");
        }
    }

    private static async Task<IORow> MeasureAsync(ProcessScope scope, ServerModel model, ChapterContext context)
    {
        IOSizes sizes = IOSizes.Of(model, context.IsQuick);
        await using ComparedServer server = await ComparedServer.StartAsync(scope, model, sizes.Workers, context);

        // Processes that serve have to start first.
        server.OpenIdle(sizes.Many).ForEach(static socket => socket.Dispose());
        IOFigures Load(int connections) => server.Load(connections, sizes.WarmUp, sizes.Time, context.Cancellation);
        IOFigures one = Load(1);
        IOFigures many = Load(sizes.Many);
        List<Socket> idle = server.OpenIdle(sizes.Idle);
        try
        {
            IOFigures few = Load(sizes.Few);
            return new IORow(one, many, few, sizes.Idle, server.Tree);
        }
        finally
        {
            idle.ForEach(static socket => socket.Dispose());
        }
    }
}
