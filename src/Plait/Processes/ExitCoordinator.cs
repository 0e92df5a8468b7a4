using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Processes;

/// <summary>
/// What happens to children when this process ends in an orderly way: daemons are ended first, then the others are
/// joined; after SIGTERM the others are ended too. Stopping and continuing this process (SIGTSTP, SIGCONT) stops and
/// continues the children, which the terminal cannot reach in their own groups. Ends that run no code of ours (SIGKILL,
/// an unhandled exception) are the lifeline's and the keeper's business. docs/child-process.md has the table.
/// </summary>
internal static class ExitCoordinator
{
    private static readonly Lock Gate = new();
    private static readonly List<PosixSignalRegistration> Registrations = [];

    private static bool s_isInstalled;
    private static volatile bool s_isTerminating;

    public static void Install()
    {
        lock (Gate)
        {
            if (s_isInstalled)
            {
                return;
            }

            s_isInstalled = true;

            // No handler cancels the signal: what the user or the runtime does with it stays as it was.
            Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, static _ => s_isTerminating = true));
            Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, static _ => SignalAll(Signals.Stop)));
            Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, static _ => SignalAll(Signals.Continue)));
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => OnProcessExit();
        }
    }

    private static void SignalAll(int signal)
    {
        foreach (ChildProcess child in ChildRegistry.Snapshot())
        {
            _ = child.Started().Process.Signal(signal);
        }
    }

    private static void OnProcessExit()
    {
        ChildProcess[] children = ChildRegistry.Snapshot();
        End([.. children.Where(static child => s_isTerminating || child.IsDaemon)]);
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
