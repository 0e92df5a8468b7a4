using System.Runtime.InteropServices;
using Plait.Execution;
using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>A main program with an executor that it never disposes of, one task that never ends, and more that wait; it ends in one of several ways.</summary>
internal static class Executors
{
    private const int Code = 7;

    public static int Run(string way)
    {
        using var handled = new ManualResetEventSlim();
        if (way == "SIGINT handled")
        {
            Console.CancelKeyPress += (_, key) =>
            {
                key.Cancel = true;
                Lines.Write("handled");
                handled.Set();
            };
        }

        var executor = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, Spares = 1, DisposeMode = ShutdownMode.Kill });
        Future running = executor.Submit(Stay);
        _ = executor.Submit(Stay);
        Future waiting = executor.Submit(Stay);
        if (!way.StartsWith("SIG", StringComparison.Ordinal))
        {
            // Both tasks are up, go on.
            _ = Console.In.ReadLine();
        }

        switch (way)
        {
            case "return":
                return Code;
            case "Environment.Exit":
                Environment.Exit(Code);
                break;
            case "unhandled exception":
                throw new InvalidOperationException("nobody handles this");
            case "SIGINT handled":
                handled.Wait();
                waiting.Cancel();
                executor.Resize(3);
                int answer = executor.Submit(static () => 5).Result();
                Lines.Write($"answered {answer}, {running.State}, {executor.GetStatistics().WorkersDied} died");
                executor.Dispose();
                return waiting.IsDone ? Code : 1;
        }

        Forever.Wait();
        return 1;
    }

    private static void Stay()
    {
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, static _ => Lines.Write("a worker was interrupted"));
        Lines.Write($"up {Environment.ProcessId}");
        Forever.Wait();
    }
}
