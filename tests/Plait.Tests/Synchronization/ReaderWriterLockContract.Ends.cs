using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Releases, units that end, and what units do.</content>
public abstract partial class ReaderWriterLockContract
{
    [Fact]
    public void Release_OfOneReaderTwice_IsRefusedAndKeepsTheOthers()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        Hold first = gate.AcquireRead();
        using Hold second = gate.AcquireRead();
        first.Release();

        Assert.Throws<SynchronizationException>(first.Release);
        first.Dispose();

        Assert.True(second.IsHeld);
        Assert.Equal(1, gate.ReaderCount);
    }

    [Fact]
    public void Acquire_AfterAReaderEndedWithIt_IsGranted()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        End(Start(
            static (IReaderWriterLock gate) =>
            {
                _ = gate.AcquireRead();
                return 1;
            },
            gate));

        Assert.True(gate.TryAcquireWrite(Waits.Hang, out Hold hold));

        Assert.Equal((0, 1), (gate.ReaderCount, gate.GetStatistics().Abandonments));
        hold.Release();
    }

    [Fact]
    public void Acquire_AfterAWriterEndedWithIt_IsAbandonedOnceAndNamesIt()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        int pid = End(Start(
            static (IReaderWriterLock gate) =>
            {
                _ = gate.AcquireWrite();
                return Environment.ProcessId;
            },
            gate));

        Assert.True(gate.TryAcquireRead(Waits.Hang, out Hold next));
        Assert.Equal((true, pid), (next.IsAbandoned, next.AbandonedBy?.Pid));
        next.Release();

        using Hold last = gate.AcquireWrite();
        Assert.False(last.IsAbandoned);
    }

    private static int Read(IReaderWriterLock gate, string path)
    {
        using (gate.AcquireRead())
        {
            return Gate.Pass(path);
        }
    }

    private static int Write(IReaderWriterLock gate, string path)
    {
        using (gate.AcquireWrite())
        {
            return Gate.Pass(path);
        }
    }

    private static int ReadOnce(IReaderWriterLock gate)
    {
        gate.AcquireRead().Release();
        return 0;
    }

    private static int WriteOnce(IReaderWriterLock gate)
    {
        gate.AcquireWrite().Release();
        return 0;
    }

    private static int ReadNote(IReaderWriterLock gate, string path, int number)
    {
        using (gate.AcquireRead())
        {
            Numbers.Append(path, number);
            return number;
        }
    }

    private static int WriteNote(IReaderWriterLock gate, string path, int number)
    {
        using (gate.AcquireWrite())
        {
            Numbers.Append(path, number);
            return number;
        }
    }

    private static int WriteTwoNumbers(IReaderWriterLock gate, string path, int times)
    {
        using var numbers = new Numbers(path);
        for (int i = 0; i < times; i++)
        {
            using (gate.AcquireWrite())
            {
                numbers[1] = numbers[1] + 1;
                numbers[2] = numbers[2] + 1;
            }
        }

        return 0;
    }

    private static int ReadTwoNumbers(IReaderWriterLock gate, string path, int times)
    {
        using var numbers = new Numbers(path);
        int torn = 0;
        for (int i = 0; i < times; i++)
        {
            using (gate.AcquireRead())
            {
                torn += numbers[1] == numbers[2] ? 0 : 1;
            }
        }

        return torn;
    }
}
