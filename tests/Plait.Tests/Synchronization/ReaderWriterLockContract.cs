using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="IReaderWriterLock"/> keeps between readers and writers.</summary>
public abstract partial class ReaderWriterLockContract : SynchronizationTest
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    private protected ReaderWriterLockContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void AcquireRead_ByUnits_LetsThemInTogetherAndNoWriter()
    {
        const int Units = 3;
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        using var place = new Gate();
        Assert.Equal((0, false), (gate.ReaderCount, gate.IsWriteHeld));

        Task<int>[] readers = StartMany(Units, Read, gate, place.Path);
        _ = End(place.NextAsync(Units));
        using (gate.AcquireRead())
        {
            Assert.Equal((Units + 1, false), (gate.ReaderCount, gate.IsWriteHeld));
        }

        Assert.False(gate.TryAcquireWrite(out _));
        Assert.False(gate.TryAcquireWrite(s_short, out _));
        place.Open();

        End(readers);
        Assert.Equal(0, gate.ReaderCount);
        Assert.True(gate.TryAcquireWrite(out Hold hold));
        hold.Release();
    }

    [Fact]
    public void AcquireWrite_ByAUnit_KeepsReadersAndWritersOut()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        using var place = new Gate();

        Task<int> writer = Start(Write, gate, place.Path);
        Visitor inside = End(place.NextAsync());
        Assert.Equal((0, true), (gate.ReaderCount, gate.IsWriteHeld));
        Assert.False(gate.TryAcquireRead(out _));
        Assert.False(gate.TryAcquireRead(s_short, out _));
        Assert.False(gate.TryAcquireWrite(out _));
        inside.LetPass();

        End(writer);
        Assert.False(gate.IsWriteHeld);
        Assert.True(gate.TryAcquireRead(out Hold hold));
        hold.Release();
    }

    [Fact]
    public void Acquire_ByUnitsThatReadAndWrite_ShowsReadersNothingHalfDone()
    {
        const int Times = 300;
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        string path = NewNumbers();

        Task<int>[] writers = StartMany(2, WriteTwoNumbers, gate, path, Times);
        Task<int>[] readers = StartMany(2, ReadTwoNumbers, gate, path, Times);

        Assert.Equal(0, End([.. writers, .. readers]).Sum());
        using var numbers = new Numbers(path);
        Assert.Equal((2 * Times, 2 * Times), (numbers[1], numbers[2]));
        Assert.Equal(4 * Times, gate.GetStatistics().Acquisitions);
    }

    [Fact]
    public void AcquireWrite_WhileUnitsRead_GoesBeforeReadersThatComeLater()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        string path = NewNumbers();
        Hold reading = gate.AcquireRead();

        Task<int> writer = Start(WriteNote, gate, path, 1);
        UntilWaiting(gate, 1);
        Assert.False(gate.TryAcquireRead(out _));
        Task<int> reader = Start(ReadNote, gate, path, 2);
        UntilWaiting(gate, 2);
        Assert.Equal((1, false), (gate.ReaderCount, gate.IsWriteHeld));
        reading.Release();

        End([writer, reader]);
        using var numbers = new Numbers(path);
        Assert.Equal([1, 2], numbers.Appended);
    }

    [Fact]
    public void Acquire_InARow_IsGrantedInTheOrderOfArrivalAndReadersTogether()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        using var first = new Gate();
        using var second = new Gate();
        using var third = new Gate();
        Hold writing = gate.AcquireWrite();
        Task<int>[] units =
        [
            Queue(Start(Read, gate, first.Path), 1),
            Queue(Start(Read, gate, first.Path), 2),
            Queue(Start(Write, gate, second.Path), 3),
            Queue(Start(Read, gate, third.Path), 4),
        ];

        writing.Release();
        Visitor[] readers = End(first.NextAsync(2));
        Assert.Equal((2, 2), (gate.ReaderCount, gate.GetStatistics().Waiting));
        readers[0].LetPass();
        Until(() => gate.ReaderCount == 1);
        Assert.False(second.HasVisitor);
        readers[1].LetPass();
        Visitor writer = End(second.NextAsync());
        Assert.Equal((0, true, 1), (gate.ReaderCount, gate.IsWriteHeld, gate.GetStatistics().Waiting));
        Assert.False(third.HasVisitor);
        writer.LetPass();
        End(third.NextAsync()).LetPass();

        End(units);

        Task<int> Queue(Task<int> unit, int waiting)
        {
            UntilWaiting(gate, waiting);
            return unit;
        }
    }

    [Fact]
    public void AcquireWrite_GivenUpWhileReadersWaitBehind_LetsThemIn()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        using Hold reading = gate.AcquireRead();
        using var source = new CancellationTokenSource();
        Task<bool> cancelled = OnThread(() => Record.Exception(() => gate.AcquireWrite(source.Token)) is OperationCanceledException);
        UntilWaiting(gate, 1);
        Task<int>[] behind = StartMany(2, ReadOnce, gate);
        UntilWaiting(gate, 3);

        source.Cancel();

        Assert.True(End(cancelled));
        End(behind);
        Assert.Equal((1, 1), (gate.ReaderCount, gate.GetStatistics().Timeouts));
    }

    [Fact]
    public void AcquireWrite_WhoseTimeIsOverWhileReadersWaitBehind_LetsThemIn()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        using Hold reading = gate.AcquireRead();
        Task<bool> late = OnThread(() => gate.TryAcquireWrite(TimeSpan.FromMilliseconds(100), out _));

        End(StartMany(2, ReadOnce, gate));

        Assert.False(End(late));
    }

    [Fact]
    public void AcquireRead_AgainWhileAWriterWaits_WaitsBehindIt()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        Hold reading = gate.AcquireRead();
        Assert.True(gate.TryAcquireRead(out Hold again));
        again.Release();
        Task<int> writer = Start(WriteOnce, gate);
        UntilWaiting(gate, 1);

        Assert.False(gate.TryAcquireRead(out _));
        Assert.False(gate.TryAcquireRead(s_short, out _));
        reading.Release();

        End(writer);
    }
}

public sealed class ThreadScopeReaderWriterLockTests() : ReaderWriterLockContract(Setting.Threads);

public sealed class ReaderWriterLockBetweenProcessesTests() : ReaderWriterLockContract(Setting.Processes);

public sealed class ReaderWriterLockBetweenThreadsAndProcessesTests() : ReaderWriterLockContract(Setting.Mixed);
