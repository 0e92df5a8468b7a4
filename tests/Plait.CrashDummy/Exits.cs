using System.Runtime.InteropServices;
using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>A parent that ends in one of the ways of the exit table, with a daemon child, another child, or both.</summary>
internal static class Exits
{
    private const int Code = 7;

    // SIGUSR1: the children are up, go on.
    private const PosixSignal Go = (PosixSignal)10;

    public static int Run(string way, string children)
    {
        using var ended = new ManualResetEventSlim();
        using PosixSignalRegistration go = Handle(Go, ended);
        using PosixSignalRegistration? handled = way switch
        {
            "SIGTERM handled" => Handle(PosixSignal.SIGTERM, ended),
            "SIGINT handled" => Handle(PosixSignal.SIGINT, ended),
            _ => null,
        };

        // Started before the daemon, so that joining in order of start would show.
        if (children is "plain" or "both")
        {
            _ = ChildProcess.Start(Plain, new ChildProcessOptions { Name = "plain", StandardInput = ChildInput.Inherit });
        }

        if (children is "daemon" or "both")
        {
            _ = ChildProcess.Start(Daemon, new ChildProcessOptions { Name = "daemon", IsDaemon = true, Grace = TimeSpan.FromSeconds(20) });
        }

        if (children is "stubborn")
        {
            _ = ChildProcess.Start(Stubborn, new ChildProcessOptions { Name = "stubborn", IsDaemon = true, Grace = TimeSpan.FromMilliseconds(200) });
        }

        ended.Wait();
        Lines.Write("main ends");
        switch (way)
        {
            case "Environment.Exit":
                Environment.Exit(Code);
                break;
            case "unhandled exception":
                throw new InvalidOperationException("nobody handles this");
            default:
                break;
        }

        return Code;
    }

    private static PosixSignalRegistration Handle(PosixSignal signal, ManualResetEventSlim ended) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        ended.Set();
    });

    private static void Daemon()
    {
        using var asked = new ManualResetEventSlim();
        using PosixSignalRegistration term = Handle(PosixSignal.SIGTERM, asked);
        Lines.Write($"daemon up {Environment.ProcessId}");
        asked.Wait();
        Lines.Write("daemon ends");
    }

    private static void Stubborn()
    {
        using var asked = new ManualResetEventSlim();
        using PosixSignalRegistration term = Handle(PosixSignal.SIGTERM, asked);
        Lines.Write($"stubborn up {Environment.ProcessId}");
        asked.Wait();
        Lines.Write("stubborn goes on");
        Forever.Wait();
    }

    private static void Plain()
    {
        Lines.Write($"plain up {Environment.ProcessId}");
        Lines.Write($"plain ends after {Console.In.ReadLine()}");
    }
}
