using Plait.Net.Servers;

namespace Plait.CrashDummy;

/// <summary>A server with processes, until somebody ends it.</summary>
internal static class Servers
{
    public static int Run()
    {
        StreamServer server = StreamServer.Start(static connection => Task.CompletedTask, new() { Model = ServerModel.Prefork, Workers = 2 });
        Lines.Write(string.Join(' ', server.GetStatistics().Workers.Select(static worker => worker.Pid)));
        Forever.Wait();
        return 0;
    }
}
