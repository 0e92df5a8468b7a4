using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

public sealed unsafe class ArenaTests
{
    [Fact]
    public void Open_ByDescriptor_SeesTheSameMemory()
    {
        using var made = Arena.Create("test", 4);
        using var opened = Arena.Open(made.DescriptorNumber);
        Assert.NotEqual((nint)made.Address, (nint)opened.Address);
        made.Address[made.DataOffset + 5] = 77;
        Assert.Equal(77, opened.Address[opened.DataOffset + 5]);
        Assert.Equal(made.Capacity, opened.Capacity);
        Assert.Equal(4096, opened.DataOffset);
    }

    [Fact]
    public void Create_ManySlots_DataStartsBehindThemOnAPage()
    {
        using var arena = Arena.Create("test", 100);
        Assert.Equal(16384, arena.DataOffset);
        arena.Slot(99).Pid = 5;
        Assert.Equal(5, *(int*)(arena.Address + 256 + (99 * 128) + 8));
    }

    [Theory]
    [InlineData("magic", "holds no arena: its magic is")]
    [InlineData("capacity", "holds no arena: its magic is")]
    [InlineData("version", "different builds of Plait")]
    [InlineData("layout", "different builds of Plait")]
    [InlineData("slot count", "is damaged: 2147483647 slots")]
    [InlineData("negative slot count", "is damaged: -1 slots")]
    [InlineData("slot size", "is damaged: 4 slots of 64 bytes")]
    [InlineData("slots offset", "is damaged: 4 slots of 128 bytes at -4096")]
    [InlineData("data offset", "is damaged")]
    [InlineData("odd data offset", "is damaged")]
    public void Open_WrongHeader_IsRefusedSayingWhy(string field, string message)
    {
        using var arena = Arena.Create("test", 4);
        ref ArenaHeader header = ref arena.Header;
        switch (field)
        {
            case "magic": header.Magic++; break;
            case "capacity": header.Capacity--; break;
            case "version": header.Version++; break;
            case "layout": header.LayoutHash++; break;
            case "slot count": header.SlotCount = int.MaxValue; break;
            case "negative slot count": header.SlotCount = -1; break;
            case "slot size": header.SlotSize = 64; break;
            case "slots offset": header.SlotsOffset = -4096; break;
            case "data offset": header.DataOffset = header.Capacity + 4096; break;
            case "odd data offset": header.DataOffset++; break;
        }

        var error = Assert.Throws<InvalidDataException>(() => Arena.Open(arena.DescriptorNumber));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Open_TooSmallOrNoFile_IsRefused()
    {
        using Descriptor small = MemoryFile.Create("small", 100);
        Assert.Contains("it has 100 bytes", Assert.Throws<InvalidDataException>(() => Arena.Open(small.Number)).Message);
        Assert.Contains("it has -1 bytes", Assert.Throws<InvalidDataException>(() => Arena.Open(1_000_000)).Message);
    }

    [Fact]
    public void Slot_HeaderDamagedLater_StillUsesWhatWasChecked()
    {
        using var arena = Arena.Create("test", 4);
        arena.Slot(3).Pid = 42;
        arena.Header.SlotsOffset = 1L << 40;
        arena.Header.SlotCount = int.MaxValue;
        arena.Header.DataOffset = 1L << 50;
        Assert.Equal(42, arena.Slot(3).Pid);
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Slot(4).Pid);
        Assert.Equal(4096, arena.DataOffset);
    }

    [Fact]
    public void TakeSlot_Twice_IsCompleteAndCounted()
    {
        using var arena = Arena.Create("test", 2);
        arena.TakeSlot(1, ProcessIdentity.Current);
        arena.TakeSlot(1, ProcessIdentity.Current);
        ParticipantSlot slot = arena.Slot(1);
        Assert.Equal((1u, 2u), (slot.State, slot.Generation));
        Assert.Equal((Environment.ProcessId, ProcessIdentity.Current.StartTime), (slot.Pid, slot.StartTime));
        Assert.NotEqual(0ul, slot.StartTime);
        Assert.Equal(0u, arena.Slot(0).State);
    }

    [Fact]
    public void Create_Sealed_NobodyCanChangeTheSize()
    {
        const int GetSeals = 1034;
        using var arena = Arena.Create("test", 1);
        int fd = arena.DescriptorNumber;
        Assert.Equal((-1, Errno.EPERM), (Libc.ftruncate(fd, 4096), Marshal.GetLastPInvokeError()));
        Assert.Equal((-1, Errno.EPERM), (Libc.ftruncate(fd, arena.Capacity * 2), Marshal.GetLastPInvokeError()));
        Assert.Equal(1 | 2 | 4, Libc.fcntl(fd, GetSeals, 0));
        Assert.Equal(arena.Capacity, MemoryFile.SizeOf(fd));
    }

    [Fact]
    public void Create_GiantCapacity_TakesOnlyTouchedPages()
    {
        using var arena = Arena.Create("test", 1);
        Assert.True(arena.Capacity >= 64L << 20);
        Assert.InRange(MemoryMap.ResidentBytes(arena), 0, 64 * 1024);
        new Span<byte>(arena.Address + arena.DataOffset, 8 << 20).Fill(1);
        Assert.InRange(MemoryMap.ResidentBytes(arena), 8 << 20, (8 << 20) + (64 * 1024));
    }

    [Fact]
    public void Discard_PartOfPages_GivesWholePagesBackOnly()
    {
        using var arena = Arena.Create("test", 1);
        var data = new Span<byte>(arena.Address + arena.DataOffset, 4096 * 4);
        data.Fill(9);
        arena.Discard(arena.DataOffset + 1, (4096 * 3) - 2);
        Assert.Equal(9, data[4095]);
        Assert.Equal(0, data[4096]);
        Assert.Equal(0, data[8191]);
        Assert.Equal(9, data[8192]);
    }

    [Fact]
    public void Dispose_Open_UnmapsAndClosesTheDescriptor()
    {
        var arena = Arena.Create("test", 1);
        nint address = (nint)arena.Address;
        Assert.True(MemoryMap.IsMapped(address));
        arena.Dispose();
        Assert.False(MemoryMap.IsMapped(address));
        Assert.Throws<InvalidOperationException>(() => arena.DescriptorNumber);
    }

    [Fact]
    public void CloseDescriptor_Mapped_MemoryStays()
    {
        using var arena = Arena.Create("test", 1);
        using var opened = Arena.Open(arena.DescriptorNumber);
        arena.CloseDescriptor();
        arena.CloseDescriptor();
        arena.Address[arena.DataOffset] = 3;
        Assert.Equal(3, opened.Address[opened.DataOffset]);
        Assert.Throws<InvalidOperationException>(() => arena.DescriptorNumber);
    }
}
