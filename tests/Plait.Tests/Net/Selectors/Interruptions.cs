using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>Signals that are handled on a thread which waits in the system, whose call they interrupt.</summary>
internal sealed class Interruptions : IDisposable
{
    private const int WindowChanged = 28;

    private readonly PosixSignalRegistration _registration;
    private int _tid;
    private int _sent;
    private int _handled;

    public Interruptions() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Interlocked.Increment(ref _handled));

    /// <summary>By the thread to interrupt, before it waits.</summary>
    public void AreForThisThread() => Volatile.Write(ref _tid, ProcessCalls.CurrentTid);

    /// <summary>Sends one, and returns once it was handled; one that is sent to a thread which has ended is lost.</summary>
    public void Send()
    {
        if (Libc.syscall(SystemCall.SignalThread, Environment.ProcessId, Volatile.Read(ref _tid), WindowChanged, 0, 0, 0) == 0)
        {
            _sent++;
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _handled) >= _sent, Waits.Hang), $"{_handled} of {_sent} signals were handled within {Waits.Hang}.");
        }
    }

    public void Dispose() => _registration.Dispose();
}
