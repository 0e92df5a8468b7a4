using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Processes.Spawning;

namespace Plait.Processes;

/// <summary>
/// What happens to children when this process ends in an orderly way: daemons are ended first, then the others are
/// joined. Ctrl+Z (SIGTSTP) stops and continues the children with this process: the terminal cannot reach them in their
/// own groups. Ends that run no code of ours (SIGTERM and SIGINT unless the program handles them, SIGKILL, an unhandled
/// exception) are the lifeline's and the keeper's business. docs/child-process.md has the table.
/// </summary>
internal static class ExitCoordinator
{
    private static readonly Lock Gate = new();

    // Kept: a registration ends with its object.
    private static PosixSignalRegistration? s_stopRegistration;
    private static bool s_isInstalled;

    public static void Install()
    {
        lock (Gate)
        {
            if (s_isInstalled)
            {
                return;
            }

            s_isInstalled = true;

            s_stopRegistration = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, StopAndContinue);
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => OnProcessExit();
        }
    }

    // The runtime does not stop a process that has any handler for SIGTSTP, so we do. The handler runs on a thread of
    // its own, which goes on here when the process is continued.
    private static void StopAndContinue(PosixSignalContext context)
    {
        if (context.Cancel)
        {
            return;
        }

        SupervisedProcess.SignalAll(Signals.Stop);
        ProcessCalls.StopSelf();
        SupervisedProcess.SignalAll(Signals.Continue);
    }

    private static void OnProcessExit()
    {
        ChildProcess[] children = ChildRegistry.Snapshot();
        End([.. children.Where(static child => child.IsDaemon)]);
        foreach (ChildProcess child in children)
        {
            child.Join();
        }
    }

    private static void End(ChildProcess[] children)
    {
        foreach (ChildProcess child in children)
        {
            child.Started().RequestEnd();
        }

        long start = TimeProvider.System.GetTimestamp();
        foreach (ChildProcess child in children)
        {
            TimeSpan left = child.Options.Grace - TimeProvider.System.GetElapsedTime(start);
            if (!child.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                child.Kill();
            }
        }
    }
}
