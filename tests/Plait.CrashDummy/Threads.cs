using Plait.Threads;

namespace Plait.CrashDummy;

/// <summary>A program whose main code ends while a thread still runs. The thread goes on when a line comes on standard input.</summary>
internal static class Threads
{
    public static int Run(string way)
    {
        switch (way)
        {
            case "plain" or "exit":
                _ = WorkerThread.Start(WaitForALine, "plain");
                break;
            case "daemon":
                _ = WorkerThread.Start(WaitForALine, new WorkerThreadOptions { IsDaemon = true });
                break;
            case "daemon of a daemon":
                WorkerThread.Start(static () => _ = WorkerThread.Start(WaitForALine), new WorkerThreadOptions { IsDaemon = true }).Join();
                break;
            case "failed":
                WorkerThread.Start(static () => throw new FormatException("plain failure")).Join();
                _ = WorkerThread.Start(WaitForALine);
                break;
            case "forgotten":
                _ = WorkerThread.Start(int () => throw new FormatException("forgotten failure"), "forgotten").Join(TimeSpan.FromSeconds(60));
                break;
            case "eager":
                BeEager();
                return 0;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "No such way.");
        }

        Lines.Write($"main ends: {WorkerThread.Current.Name} {WorkerThread.Current.ManagedId == Environment.CurrentManagedThreadId}");
        if (way == "exit")
        {
            Environment.Exit(7);
        }

        return 7;
    }

    // Wants a nice value that needs a privilege.
    private static void BeEager()
    {
        bool hasRun = false;
        WorkerThread eager = WorkerThread.Create(() => { hasRun = true; }, new WorkerThreadOptions { Name = "eager", Nice = -20 });
        try
        {
            eager.Start();
        }
        catch (ThreadStartRefusedException refused)
        {
            Lines.Write($"refused: {eager}{(hasRun || WorkerThread.ActiveCount > 1 ? " and yet run" : string.Empty)}");
            Lines.Write(refused.Message);
        }

        Lines.Write($"started: {WorkerThread.Start(static () => 5).Result}");
    }

    private static void WaitForALine()
    {
        string? line = Console.In.ReadLine();
        Lines.Write($"thread ends: {line}");
    }
}
