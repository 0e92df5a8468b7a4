namespace Plait.Processes.Bootstrap;

/// <summary>The entry point of Plait.dll run as a program, which only Plait itself does.</summary>
internal static class WorkerProgram
{
    private static int Main()
    {
        WorkerBootstrap.Run();
        Console.Error.WriteLine("Plait.dll is a library. It runs as a program only when Plait starts a worker process.");
        return 2;
    }
}
