using Plait.Net.Servers;

namespace Plait.Cli.Chapters.Coroutines;

/// <summary>How much a model is put to: as much as the others, but for those that serve no more at a time, or whose connections cost a thread or a process.</summary>
internal readonly record struct IOSizes(int Workers, int Many, int Few, int Idle, TimeSpan WarmUp, TimeSpan Time)
{
    private const int FewOfAll = 10;

    // Below the set of select, with what else a process has open.
    private const int OfSelect = 900;

    public static IOSizes Of(ServerModel model, bool isQuick)
    {
        (int many, int idle) = isQuick ? (20, 100) : (100, 5_000);
        int processes = isQuick ? 2 : 8;
        int most = model switch
        {
            ServerModel.Iterative => 1,
            ServerModel.Prefork or ServerModel.Processes => processes,
            ServerModel.Pool => many + FewOfAll,
            ServerModel.Threads => 1_000,
            ServerModel.Select => OfSelect,
            _ => idle + FewOfAll,
        };
        int workers = model switch
        {
            ServerModel.Prefork => processes,
            ServerModel.Pool => most,
            _ => 0,
        };
        int few = Math.Clamp(most / 2, 1, FewOfAll);

        // A process has to start before it answers.
        bool isSlow = model == ServerModel.Processes;
        var warmUp = TimeSpan.FromSeconds(isQuick ? isSlow ? 0.6 : 0.02 : isSlow ? 3 : 0.3);
        return new IOSizes(workers, Math.Min(many, most), few, Math.Min(idle, most - few), warmUp, TimeSpan.FromSeconds(isQuick ? 0.08 : 1));
    }
}
