using System.Runtime.CompilerServices;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>What a <see cref="SharedArray{T}"/> keeps, in every scope.</summary>
public abstract class SharedArrayContract : SynchronizationTest
{
    private protected SharedArrayContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void Create_WithALength_GivesZeros()
    {
        using (SharedArray<long> first = Scope.CreateArray<long>(1000))
        {
            first.Fill(-1);
        }

        // The memory of the one before.
        using SharedArray<long> second = Scope.CreateArray<long>(1000);
        Assert.Equal(1000, second.Length);
        Assert.All(second.ToArray(), static item => Assert.Equal(0, item));
    }

    [Fact]
    public void Create_WithElements_HasThem()
    {
        using SharedArray<int> array = Scope.CreateArray<int>([5, 4, 3]);

        Assert.Equal([5, 4, 3], array.ToArray());
        Assert.Equal([5, 4, 3], array);
        Assert.Equal([5, 4, 3], End(Start(static (SharedArray<int> array) => array.ToArray(), array)));
    }

    [Fact]
    public void Elements_ChangedByAUnit_AreChangedForAll()
    {
        using SharedArray<int> array = Scope.CreateArray<int>([.. Enumerable.Range(0, 100)]);

        // As a running sum, in place.
        Assert.Equal(4950, End(Start(Sum, array)));

        Assert.Equal(Enumerable.Range(0, 100).Select(static i => i * (i + 1) / 2), array.ToArray());
        Assert.Equal(4950, array.Span[99]);
        Assert.Equal(1225 + 1275, array.Slice(49, 2)[0] + array.Slice(49, 2)[1]);
    }

    [Fact]
    public void Steps_ByManyUnits_LoseNothing()
    {
        using SharedArray<byte> bytes = Scope.CreateArray<byte>(16);
        using SharedArray<long> longs = Scope.CreateArray<long>(16);

        Assert.All(End(StartMany(3, Count, bytes, longs)), Assert.True);

        Assert.All(bytes, static one => Assert.Equal((byte)(3 * 1000 % 256), one));
        Assert.All(longs, static one => Assert.Equal(3000, one));
    }

    [Fact]
    public void Lock_HeldForChangesOfMoreThanOneStep_KeepsThemTogether()
    {
        using SharedArray<int> array = Scope.CreateArray<int>(2);

        Assert.All(End(StartMany(3, Move, array)), Assert.True);

        Assert.Equal((1500, -1500), (array[0], array[1]));
    }

    [Fact]
    public void Index_OutOfTheArray_IsRefusedWithTheIndex()
    {
        using SharedArray<int> array = Scope.CreateArray<int>(10);

        foreach (int index in new[] { -1, 10, int.MaxValue, int.MinValue })
        {
            ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => array[index]);
            Assert.Equal(index, error.ActualValue);
            Assert.Throws<ArgumentOutOfRangeException>(() => array.Read(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => array.Add(index, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => array.Write(index, 1));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => array.Slice(5, 6)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Slice(-1, 1)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.CopyFrom(new int[3], 8));
        Assert.Throws<ArgumentException>(() => array.CopyTo(new int[9]));
        Assert.All(array, static item => Assert.Equal(0, item));
    }

    [Fact]
    public void CopyFrom_AtAPlace_ChangesOnlyThose()
    {
        using SharedArray<short> array = Scope.CreateArray<short>(5);

        array.CopyFrom([1, 2], 3);
        array.CopyFrom([9]);
        Assert.Equal([9, 0, 0, 1, 2], array.ToArray());

        array.Clear();
        Assert.Equal(new short[5], array.ToArray());
    }

    [Fact]
    public void Steps_OnAnElement_GiveWhatTheyGiveOnAValue()
    {
        using SharedArray<short> array = Scope.CreateArray<short>(3);

        Assert.Equal(5, array.Add(1, 5));
        Assert.Equal(6, array.Increment(1));
        Assert.Equal(5, array.Decrement(1));
        Assert.Equal(5, array.Exchange(1, 12));
        Assert.Equal(12, array.CompareExchange(1, 7, 12));
        Assert.Equal(7, array.And(1, 3));
        Assert.Equal(3, array.Or(1, 8));
        Assert.Equal([0, 11, 0], array.ToArray());
    }

    [Fact]
    public void Create_WithNothing_HasNothing()
    {
        using SharedArray<int> array = Scope.CreateArray<int>(0);

        Assert.Empty(array);
        Assert.Throws<ArgumentOutOfRangeException>(() => array[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateArray<int>(-1));
    }

    [Fact]
    public void Create_OfAKnownName_FindsTheArray()
    {
        using SharedArray<int> first = Scope.CreateArray<int>([1, 2], "numbers");
        using SharedArray<int> second = Scope.CreateArray<int>(2, "numbers");

        second[0] = 7;

        Assert.Equal(7, first[0]);
        Assert.Contains("2 elements", Assert.Throws<ArgumentException>(() => Scope.CreateArray<int>(3, "numbers")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Scope.CreateArray<float>(2, "numbers"));
    }

    [Fact]
    public void Create_OfOneNameByManyUnits_GivesOne()
    {
        Assert.All(End(StartMany(3, AddToNamed, Scope)), Assert.True);

        Assert.Equal(3, Scope.CreateArray<int>(4, "together")[2]);
    }

    [Fact]
    public void Create_OfMoreThanThereIsRoomFor_IsRefused()
    {
        ScopeCapacityException error = Assert.Throws<ScopeCapacityException>(() => Scope.CreateArray<decimal>(int.MaxValue));

        Assert.Contains("34,359,738", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_OfManyAfterEachOther_UsesTheirMemoryAgain()
    {
        SharedHeap heap = ((Scope)Scope).Memory.Heap;
        using (SharedArray<byte> first = Scope.CreateArray<byte>(1 << 20))
        {
            first.Fill(1);
        }

        long before = HeapBlocks.Used(heap);
        for (int i = 0; i < 3000; i++)
        {
            using SharedArray<byte> array = Scope.CreateArray<byte>(1 << 20);
            array[i] = 1;
        }

        Assert.Equal(before, HeapBlocks.Used(heap));
    }

    [Fact]
    public void Collection_OfAnArrayThatNobodyRefersTo_FreesIt()
    {
        SharedHeap heap = ((Scope)Scope).Memory.Heap;
        ulong serial = Forget(Scope);

        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !HeapBlocks.Serials(heap).Contains(serial);
        });
    }

    [Fact]
    public void Collection_OfAnArrayWhoseSpanIsOut_LeavesItThere()
    {
        SharedHeap heap = ((Scope)Scope).Memory.Heap;
        Span<int> span = SpanOf(Scope, out ulong serial);

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Contains(serial, HeapBlocks.Serials(heap));
        Assert.Equal(5, span[0]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Forget(IScope scope)
    {
        SharedArray<int> array = scope.CreateArray<int>([1]);
        array.Increment(0);
        return array.Part.Serial;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Span<int> SpanOf(IScope scope, out ulong serial)
    {
        SharedArray<int> array = scope.CreateArray<int>([5]);
        serial = array.Part.Serial;
        return array.Span;
    }

    private static int Sum(SharedArray<int> array)
    {
        for (int i = 1; i < array.Length; i++)
        {
            array[i] += array[i - 1];
        }

        return array[^1];
    }

    private static bool Count(SharedArray<byte> bytes, SharedArray<long> longs)
    {
        for (int round = 0; round < 1000; round++)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes.Increment(i);
                longs.Add(i, 1);
            }
        }

        return true;
    }

    private static bool Move(SharedArray<int> array)
    {
        for (int round = 0; round < 500; round++)
        {
            using Hold hold = array.Lock.Acquire();
            Assert.Equal(0, array[0] + array[1]);
            array[0]++;
            array[1]--;
        }

        return true;
    }

    private static bool AddToNamed(IScope scope)
    {
        using SharedArray<int> array = scope.CreateArray<int>(4, "together");
        array.Increment(2);
        return true;
    }
}

public sealed class ThreadSharedArrayTests() : SharedArrayContract(Setting.Threads);

public sealed class ProcessSharedArrayTests() : SharedArrayContract(Setting.Processes);
