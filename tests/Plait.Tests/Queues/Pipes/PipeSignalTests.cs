using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Queues;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>Signals interrupt system calls, and nothing that waits for a pipe may notice.</summary>
public sealed class PipeSignalTests() : PipeTest(isProcess: false)
{
    private const int WindowChanged = 28;

    [Fact]
    public async Task Waits_ThatSignalsInterrupt_GoOn()
    {
        int handled = 0;
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Interlocked.Increment(ref handled));
        (PipeConnection end, PipeConnection other) = NewPipe();
        (PipeConnection polled, PipeConnection polledOther) = NewPipe();
        (PipeConnection full, PipeConnection fullOther) = NewPipe();
        using PipeListener listener = PipeListener.Bind();
        byte[] big = Sample(10_000_000);
        int[] tids = new int[4];
        Task<int> receiving = Note(0, () => end.Receive<int>());
        Task<bool> polling = Note(1, () => polled.Poll(Waits.Hang));
        Task<bool> accepting = Note(2, () =>
        {
            using PipeConnection accepted = listener.Accept();
            return true;
        });
        Task<bool> sending = Note(3, () =>
        {
            full.SendBytes(big);
            return true;
        });
        foreach (int i in Enumerable.Range(0, tids.Length))
        {
            Until(() => Volatile.Read(ref tids[i]) != 0 && IsAsleep(tids[i]));
        }

        for (int round = 1; round <= 20; round++)
        {
            foreach (int tid in tids)
            {
                _ = Libc.syscall(SystemCall.SignalThread, Environment.ProcessId, tid, WindowChanged, 0, 0, 0);
            }

            // The handler has run, on a thread of the runtime: the sleepers were interrupted.
            int least = round;
            Until(() => Volatile.Read(ref handled) >= least);
        }

        Assert.False(receiving.IsCompleted || polling.IsCompleted || accepting.IsCompleted || sending.IsCompleted);
        other.Send(6);
        polledOther.Send(1);
        Assert.Equal(big, fullOther.ReceiveBytes());
        using PipeConnection client = PipeClient.Connect(listener.Path);
        Assert.Equal(6, await receiving.InTime());
        Assert.True(await polling.InTime());
        Assert.True(await accepting.InTime());
        Assert.True(await sending.InTime());

        Task<T> Note<T>(int place, Func<T> wait) => OnThread(() =>
        {
            Volatile.Write(ref tids[place], ProcessCalls.CurrentTid);
            return wait();
        });
    }
}
