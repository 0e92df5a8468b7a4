using System.Buffers;
using System.Runtime.InteropServices;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

/// <summary>Two stores over one arena, each through its own mapping: what the left one stores, the right one reads.</summary>
public sealed unsafe class ArenaBulkStoreTests : IDisposable
{
    private const int Half = 64 * 1024;
    private const int OneBlock = Half - BulkBlock.Size;

    private readonly Arena _leftArena = Arena.Create("bulk", 1);
    private readonly Arena _rightArena;
    private readonly ArenaBulkStore _left;
    private readonly ArenaBulkStore _right;

    public ArenaBulkStoreTests()
    {
        _rightArena = Arena.Open(_leftArena.DescriptorNumber);
        long start = _leftArena.DataOffset;
        _left = new ArenaBulkStore(_leftArena, new BulkSpace(_leftArena, start, Half), start, start + (2 * Half));
        _right = new ArenaBulkStore(_rightArena, new BulkSpace(_rightArena, start + Half, Half), start, start + (2 * Half));
    }

    [Fact]
    public void Take_Stored_CopiesAndGivesBack()
    {
        BulkReference reference = Store(OneBlock);
        Assert.False(_left.TryStore(new byte[1], out BulkReference none));
        Assert.Equal(default, none);
        byte[] copy = new byte[OneBlock];
        _right.Take(reference, copy);
        Assert.Equal(TestRing.Pattern(0, OneBlock), copy);
        Assert.True(_left.TryStore(new byte[1], out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(Half)]
    public void Take_DestinationOfAnotherLength_IsRefusedAndTheBlockStays(int difference)
    {
        BulkReference reference = Store(1000);
        Assert.Throws<ArgumentException>(() => _right.Take(reference, new byte[Math.Max(0, 1000 + difference)]));
        Assert.Equal(1, Readers(reference));
    }

    [Fact]
    public void Borrow_UntilDisposed_ReadsTheSendersBytesWithoutACopy()
    {
        BulkReference reference = Store(OneBlock);
        IMemoryOwner<byte> view = _right.Borrow(reference);
        Assert.Equal(TestRing.Pattern(0, OneBlock), view.Memory.ToArray());
        _leftArena.Address[reference.Offset + 3] = 99;
        Assert.Equal(99, view.Memory.Span[3]);
        Assert.False(_left.TryStore(new byte[1], out _));

        Memory<byte> memory = view.Memory;
        view.Dispose();
        view.Dispose();
        Assert.Equal(0, Readers(reference));
        Assert.Throws<ObjectDisposedException>(() => memory.Span[0]);
        Assert.True(_left.TryStore(new byte[1], out _));
    }

    [Fact]
    public void ReleaseBorrowed_ViewsOut_EndsThemAll()
    {
        BulkReference first = Store(100), second = Store(100);
        Memory<byte> a = _right.Borrow(first).Memory, b = _right.Borrow(second).Memory;
        _right.ReleaseBorrowed();
        Assert.Equal((0, 0), (Readers(first), Readers(second)));
        Assert.Throws<ObjectDisposedException>(() => a.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => b.Span[0]);
        _right.ReleaseBorrowed();
    }

    [Fact]
    public void TryFind_BorrowedView_KeepsTheBlockUntilBothAreDone()
    {
        BulkReference reference = Store(OneBlock);
        IMemoryOwner<byte> view = _right.Borrow(reference);
        Assert.True(_right.TryFind(view.Memory, out BulkReference back));
        Assert.Equal((reference, 2), (back, Readers(reference)));

        byte[] copy = new byte[OneBlock];
        _left.Take(back, copy);
        Assert.Equal(TestRing.Pattern(0, OneBlock), copy);
        Assert.False(_left.TryStore(new byte[1], out _));
        view.Dispose();
        Assert.True(_left.TryStore(new byte[1], out _));
    }

    [Fact]
    public void TryFind_ViewDisposedBeforeThePeerIsDone_KeepsTheBlock()
    {
        BulkReference reference = Store(OneBlock);
        IMemoryOwner<byte> view = _right.Borrow(reference);
        Assert.True(_right.TryFind(view.Memory[..10], out BulkReference back));
        view.Dispose();
        Assert.False(_left.TryStore(new byte[1], out _));
        using (IMemoryOwner<byte> again = _left.Borrow(back))
        {
            Assert.Equal(TestRing.Pattern(0, 10), again.Memory.ToArray());
        }

        Assert.True(_left.TryStore(new byte[1], out _));
    }

    [Fact]
    public void TryFind_MemoryThatIsNoView_ReturnsFalse()
    {
        BulkReference reference = Store(20_000);
        using IMemoryOwner<byte> view = _right.Borrow(reference);
        Assert.False(_right.TryFind(new byte[100], out BulkReference none));
        Assert.Equal(default, none);
        Assert.False(_right.TryFind(ReadOnlyMemory<byte>.Empty, out _));
        Assert.False(_right.TryFind(view.Memory[1..], out _));
        Assert.False(_left.TryFind(view.Memory, out _));
        Assert.Equal(1, Readers(reference));
    }

    [Fact]
    public void TryFind_DataThatLooksLikeABlock_IsNotBelieved()
    {
        // Inside a block, where a page starts, the bytes before a slice are the user's own.
        byte[] data = new byte[20_000];
        uint magic = BulkBlock.ExpectedMagic;
        MemoryMarshal.Write(data.AsSpan(4096 - BulkBlock.Size), in magic);
        Assert.True(_left.TryStore(data, out BulkReference reference));
        using IMemoryOwner<byte> view = _right.Borrow(reference);
        Assert.False(_right.TryFind(view.Memory[4096..], out _));
        Assert.Equal(data, view.Memory.ToArray());
    }

    [Fact]
    public void TryFind_DisposedView_Throws()
    {
        IMemoryOwner<byte> view = _right.Borrow(Store(100));
        Memory<byte> memory = view.Memory;
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _right.TryFind(memory, out _));
    }

    [Fact]
    public void Pin_ViewAndArenaDisposed_StaysMappedUntilUnpinned()
    {
        BulkReference reference = Store(100);
        IMemoryOwner<byte> view = _right.Borrow(reference);
        nint address = (nint)_rightArena.Address;
        MemoryHandle pin = view.Memory.Pin();
        view.Dispose();
        _rightArena.Dispose();
        Assert.True(MemoryMap.IsMapped(address));
        Assert.Equal(TestRing.At(0), *(byte*)pin.Pointer);
        Assert.Equal(1, Readers(reference));
        pin.Dispose();
        Assert.False(MemoryMap.IsMapped(address));
        Assert.Equal(0, Readers(reference));
    }

    [Fact]
    public void Borrow_ArenaDisposed_StaysMappedUntilReturned()
    {
        IMemoryOwner<byte> view = _right.Borrow(Store(100));
        nint address = (nint)_rightArena.Address;
        _rightArena.Dispose();
        Assert.Equal(TestRing.At(99), view.Memory.Span[99]);
        view.Dispose();
        Assert.False(MemoryMap.IsMapped(address));
    }

    [Fact]
    public void Pin_EmptyView_Works()
    {
        using IMemoryOwner<byte> view = _right.Borrow(Store(100) with { Length = 0 });
        using MemoryHandle pin = view.Memory.Pin();
        Assert.True(view.Memory.IsEmpty);
    }

    public static TheoryData<long, long> Outside => new()
    {
        { -4032, 10 },
        { 0, 10 },
        { 64, 10 },
        { 4096, 10 },
        { 4096 + 65, 10 },
        { 4096 + 64, -1 },
        { 4096 + 64, 101 },
        { 4096 + 64, long.MaxValue },
        { 8192 + 64, 10 },
        { 4096 + (2 * Half) + 64, 10 },
        { long.MaxValue - 4095 + 64, 10 },
        { long.MaxValue - 4095 + 64, long.MaxValue },
        { long.MinValue + 64, long.MaxValue },
    };

    [Theory]
    [MemberData(nameof(Outside))]
    public void Borrow_ReferenceToNoBlock_IsRefused(long offset, long length)
    {
        Assert.Equal(4096 + 64, Store(100).Offset);
        var reference = new BulkReference(offset, length);
        var error = Assert.Throws<InvalidDataException>(() => _right.Borrow(reference));
        Assert.Contains($"{length} bytes at offset {offset}", error.Message);
        Assert.Throws<InvalidDataException>(() => _right.Take(reference, []));
    }

    public void Dispose()
    {
        _right.ReleaseBorrowed();
        _leftArena.Dispose();
        _rightArena.Dispose();
    }

    private BulkReference Store(int length)
    {
        Assert.True(_left.TryStore(TestRing.Pattern(0, length), out BulkReference reference));
        return reference;
    }

    private int Readers(BulkReference reference) =>
        ((BulkBlock*)(_leftArena.Address + reference.Offset - BulkBlock.Size))->Readers;
}
