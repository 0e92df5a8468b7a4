using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>What <see cref="IBufferQueue{T}"/> keeps beside what every queue does, whatever its size, its elements and its scope.</summary>
/// <typeparam name="T">What a buffer consists of.</typeparam>
public abstract partial class BufferQueueContract<T> : SynchronizationTest
    where T : unmanaged
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20);

    // In a slot, just so and just not; in blocks.
    private static readonly int[] s_lengths = [0, 1, 3, 5, 14, 15, 16, 17, 120, 121, 1000, 4097, 300_000];

    private readonly QueueKind _kind;

    private protected BufferQueueContract(Setting setting, int capacity, Promises promises = Promises.None)
        : base(setting) => _kind = new QueueKind(QueueOrder.Fifo, capacity, promises);

    private int Producers => _kind.Promises.HasFlag(Promises.SingleProducer) ? 1 : 2;

    private int Consumers => _kind.Promises.HasFlag(Promises.SingleConsumer) ? 1 : 2;

    private IBufferQueue<T> Create(int? capacity = null, string? name = null) => Scope.CreateBufferQueue<T>(capacity ?? _kind.Capacity, name, new QueueOptions
    {
        SingleProducer = _kind.Promises.HasFlag(Promises.SingleProducer),
        SingleConsumer = _kind.Promises.HasFlag(Promises.SingleConsumer),
    });

    [Fact]
    public void Put_OfSpansOfEverySize_BringsThemWhole()
    {
        IBufferQueue<T> queue = Create();
        T[] destination = new T[s_lengths[^1]];
        foreach (int length in s_lengths)
        {
            T[] buffer = Make(length, length);
            queue.Put(buffer.AsSpan());
            Assert.True(queue.TryPut(buffer.AsSpan()));
            queue.Put(buffer);

            Assert.True(queue.TryGet(destination, out int got));
            Assert.Equal(length, got);
            Assert.Equal(buffer, destination.AsSpan(0, got).ToArray());
            using (BufferLoan<T> loan = queue.Borrow())
            {
                Assert.Equal(buffer, loan.Span.ToArray());
            }

            Assert.Equal(buffer, queue.Get());
        }

        Assert.False(queue.TryGet(destination, out int none));
        Assert.Equal((0, 3L * s_lengths.Length, 3L * s_lengths.Length), (none, queue.GetStatistics().Puts, queue.GetStatistics().Gets));
    }

    [Fact]
    public void Commit_OfAReservation_PutsWhatWasFilledIn()
    {
        IBufferQueue<T> queue = Create();
        foreach (int length in s_lengths)
        {
            BufferReservation<T> reservation = queue.Reserve(length);
            Assert.Equal((length, 0, true), (reservation.Span.Length, queue.Count, queue.IsEmpty));
            Make(length, 7).CopyTo(reservation.Span);

            reservation.Commit();

            Assert.Equal((1, 1), (queue.Count, queue.UnfinishedTasks));
            Assert.Throws<ObjectDisposedException>(() => _ = reservation.Span.Length);
            Assert.Throws<ObjectDisposedException>(() => reservation.Commit());
            reservation.Dispose();
            BufferLoan<T> loan = queue.Borrow();
            Assert.Equal((0, 1), (queue.Count, queue.UnfinishedTasks));
            Assert.Equal(Make(length, 7), loan.Span.ToArray());
            queue.TaskDone();
            loan.Dispose();
            loan.Dispose();
            Assert.Throws<ObjectDisposedException>(() => _ = loan.Span.Length);
        }

        Assert.True(queue.Join(TimeSpan.Zero));
    }

    [Fact]
    public void Borrow_OfACommittedBuffer_IsTheSameMemory()
    {
        IBufferQueue<T> queue = Create();
        BufferReservation<T> reservation = queue.Reserve(1000);
        ref T first = ref MemoryMarshal.GetReference(reservation.Span);
        reservation.Commit();

        using BufferLoan<T> loan = queue.Borrow();

        Assert.True(Unsafe.AreSame(in first, in MemoryMarshal.GetReference(loan.Span)));
    }

    [Fact]
    public void Dispose_OfAReservation_PutsNothingAndGivesTheMemoryBack()
    {
        IBufferQueue<T> queue = Create();
        nuint place;
        using (BufferReservation<T> reservation = queue.Reserve(70_000))
        {
            reservation.Span.Fill(Make(1, 1)[0]);
            place = AddressOf(reservation.Span);
            Assert.False(IsFree(place));
        }

        Assert.Equal((0, 0, 0L), (queue.Count, queue.UnfinishedTasks, queue.GetStatistics().Puts));
        Assert.True(IsFree(place));
    }

    [Fact]
    public void Reserve_WithoutRoom_IsRefused()
    {
        IBufferQueue<T> queue = Create();

        Assert.Equal("length", Assert.Throws<ArgumentOutOfRangeException>(() => queue.Reserve(-1)).ParamName);
        var held = new List<BufferReservation<T>>();
        ScopeCapacityException? full = null;
        while (full is null)
        {
            try
            {
                // Pages that nobody touches take no memory.
                held.Add(queue.Reserve(Array.MaxLength / Unsafe.SizeOf<T>()));
                Assert.InRange(held.Count, 1, 100_000);
            }
            catch (ScopeCapacityException error)
            {
                full = error;
            }
        }

        Assert.Contains("no room", full.Message, StringComparison.Ordinal);
        held.ForEach(static one => one.Dispose());
        queue.Reserve(1).Commit();
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void Commit_OfTheLargestBuffer_BringsBothItsEnds()
    {
        int length = Array.MaxLength / Unsafe.SizeOf<T>();
        IBufferQueue<T> queue = Create();
        using BufferReservation<T>? largest = TryReserve(queue, length);
        Assert.SkipWhen(largest is null, "The scope's memory is smaller than the largest buffer.");
        T[] ends = Make(2, 5);
        largest.Span[0] = ends[0];
        largest.Span[^1] = ends[1];

        largest.Commit();

        Assert.Throws<ArgumentException>(() => queue.TryGet(new T[1], out _));
        using BufferLoan<T> loan = queue.Borrow();
        Assert.Equal(length, loan.Span.Length);
        Assert.Equal(ends, [loan.Span[0], loan.Span[^1]]);
        Assert.Equal(default, loan.Span[length / 2]);
    }

    [Fact]
    public void TryGet_IntoTooLittleRoom_SaysHowMuchAndLeavesIt()
    {
        IBufferQueue<T> queue = Create();
        foreach (int length in new[] { 3, 5000 })
        {
            queue.Put(Make(length, 1));
            queue.Put(Make(1, 2));

            ArgumentException error = Assert.Throws<ArgumentException>(() => queue.TryGet(new T[length - 1], out _));

            Assert.Contains($"{length} elements", error.Message, StringComparison.Ordinal);
            Assert.Contains($"{length - 1}", error.Message, StringComparison.Ordinal);
            Assert.Equal("destination", error.ParamName);
            Assert.Equal(2, queue.Count);
            T[] enough = new T[length];
            Assert.True(queue.TryGet(enough, out int got));
            Assert.Equal(length, got);
            Assert.Equal(Make(length, 1), enough);
            Assert.Equal(Make(1, 2), queue.Get());
        }

        Assert.Equal((4L, 4L), (queue.GetStatistics().Puts, queue.GetStatistics().Gets));
    }

    [Fact]
    public void Get_OfNullAndOfTheEmpty_HasNoElements()
    {
        IBufferQueue<T> queue = Create();
        T[] destination = Make(3, 9);
        for (int i = 0; i < 3; i++)
        {
            // As an array: a span has no null.
            ((IQueue<T[]>)queue).Put(null!);
            queue.Put(Make(0, 0));
        }

        Assert.Null(queue.Get());
        Assert.Equal([], queue.Get());
        for (int i = 0; i < 2; i++)
        {
            Assert.True(queue.TryGet(destination, out int length));
            Assert.Equal(0, length);
        }

        Assert.Equal(Make(3, 9), destination);
        for (int i = 0; i < 2; i++)
        {
            using BufferLoan<T> loan = queue.Borrow();
            Assert.True(loan.Span.IsEmpty);
        }
    }

    [Fact]
    public void Loan_ThatNobodyRefersTo_GivesItsMemoryBack()
    {
        IBufferQueue<T> queue = Create();
        queue.Put(Make(3_000, 1));

        foreach (nuint place in new[] { Forget(queue), ForgetReservation(queue) })
        {
            Until(() =>
            {
                GC.Collect();
                return IsFree(place);
            });
        }

        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void Create_WithANameTwice_IsOneQueue()
    {
        string name = $"buffers-{Guid.NewGuid():N}";
        IBufferQueue<T> queue = Create(5, name);
        IBufferQueue<T> same = Create(9, name);
        queue.Put(Make(40, 1));

        Assert.Equal((5, 1), (same.Capacity, same.Count));
        Assert.Equal(Make(40, 1), same.Get());
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => Scope.CreateLeaseQueue<T[]>(5, name)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Scope.CreateBufferQueue<Guid>(5, name));
        string leases = $"{name}-leases";
        _ = Scope.CreateLeaseQueue<T[]>(5, leases);
        Assert.Throws<ArgumentException>(() => Create(5, leases));
    }

    private protected static T[] Make(int length, int seed)
    {
        T[] buffer = new T[length];
        Span<byte> bytes = MemoryMarshal.AsBytes(buffer.AsSpan());
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((i * 31) + seed);
        }

        return buffer;
    }

    private static BufferReservation<T>? TryReserve(IBufferQueue<T> queue, int length)
    {
        try
        {
            return queue.Reserve(length);
        }
        catch (ScopeCapacityException)
        {
            return null;
        }
    }

    private static unsafe nuint AddressOf(ReadOnlySpan<T> span) => (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));

    private static unsafe bool IsFree(nuint place) => (Volatile.Read(ref ((HeapBlock*)(place - HeapBlock.Size))->Use) & 3) == HeapBlock.Free;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint Forget(IBufferQueue<T> queue) => AddressOf(queue.Borrow().Span);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint ForgetReservation(IBufferQueue<T> queue) => AddressOf(queue.Reserve(3_000).Span);
}
