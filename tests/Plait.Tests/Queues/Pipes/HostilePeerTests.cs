using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Queues;
using Plait.Queues.Pipes;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>A peer that writes what it likes to its socket: the receiver gets an error, and nothing is allocated, kept or read that the bytes do not justify.</summary>
public sealed class HostilePeerTests() : PipeTest(isProcess: false)
{
    private const long Huge = 1_900_000_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(1000)]
    [InlineData(70_000)]
    public void Packet_OfNonsense_IsAnErrorForGood(int length)
    {
        (PipeConnection end, PipeConnection peer) = NewPipe();
        byte[] nonsense = Sample(length);
        Assert.Equal(0, LocalSocket.Send(peer.End.Socket.Number, nonsense, default));

        // An empty packet cannot be told from the end of the connection.
        for (int i = 0; i < 2; i++)
        {
            Exception error = Assert.ThrowsAny<Exception>(() => end.ReceiveBytes());
            Assert.Equal(length == 0 ? typeof(PipeClosedException) : typeof(InvalidDataException), error.GetType());
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(0x8000_0000)]
    [InlineData(10)]
    [InlineData(65_512)]
    public void Length_ThatCannotBe_IsAnError(long claimed)
    {
        (PipeConnection end, PipeConnection peer) = NewPipe();
        Send(peer, new PacketHeader { Kind = PacketKind.Bytes, Length = claimed }, Sample(64));

        Assert.Throws<InvalidDataException>(() => end.ReceiveBytes());
    }

    [Fact]
    public void Length_OfNearlyTwoGigabytes_IsNotAllocatedBeforeItComes()
    {
        (PipeConnection end, PipeConnection peer) = NewPipe();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Send(peer, new PacketHeader { Kind = PacketKind.Bytes, Length = Huge, Message = 1 }, Sample(PacketHeader.MaximumBody));
        for (int part = 1; part < 4; part++)
        {
            Send(peer, new PacketHeader { Kind = PacketKind.Rest, Length = part * PacketHeader.MaximumBody, Message = 1 }, Sample(PacketHeader.MaximumBody));
        }

        Assert.False(end.TryReceiveBytes(TimeSpan.Zero, out _));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000);
        peer.Dispose();
        Assert.True(Assert.Throws<PipeClosedException>(() => end.ReceiveBytes()).DiedInMessage);
    }

    [Fact]
    public void Rest_ThatDoesNotFollow_IsAnError()
    {
        foreach ((uint message, long offset, int length) in new[] { (2u, 65_512L, 10), (1u, 0L, 10), (1u, 65_513L, 10), (1u, 65_512L, 0), (1u, 65_512L, 5000), (1u, -1L, 10) })
        {
            (PipeConnection end, PipeConnection peer) = NewPipe();
            Send(peer, new PacketHeader { Kind = PacketKind.Bytes, Length = PacketHeader.MaximumBody + 1000, Message = 1 }, Sample(PacketHeader.MaximumBody));
            Send(peer, new PacketHeader { Kind = PacketKind.Rest, Length = offset, Message = message }, Sample(length));
            Assert.Throws<InvalidDataException>(() => end.ReceiveBytes());
        }

        (PipeConnection first, PipeConnection second) = NewPipe();
        Send(second, new PacketHeader { Kind = PacketKind.Rest, Length = 0, Message = 1 }, Sample(4));
        Assert.Throws<InvalidDataException>(() => first.ReceiveBytes());
        foreach (int kind in new[] { 0, 6, 255 })
        {
            (first, second) = NewPipe();
            Send(second, new PacketHeader { Kind = (PacketKind)kind }, Sample(4));
            Assert.Throws<InvalidDataException>(() => first.ReceiveBytes());
        }
    }

    [Fact]
    public void Descriptors_OtherThanWhatIsSaid_AreClosed()
    {
        (int claimed, uint total, int sent)[] cases = [(0, 0, 3), (3, 3, 0), (1, 2, 1), (2, 1, 2)];
        foreach ((int claimed, uint total, int sent) in cases)
        {
            (PipeConnection end, PipeConnection peer) = NewPipe();
            int before = LeakWatch.Descriptors().Count;
            var header = new PacketHeader { Kind = PacketKind.Value, Length = 1, Descriptors = (ushort)claimed, TotalDescriptors = total, TypeTag = TypeTag<int>.Value };
            Send(peer, header, [0], Enumerable.Repeat(peer.End.Socket.Number, sent));
            Assert.Throws<InvalidDataException>(() => end.Receive<int>());
            Assert.Equal(before, LeakWatch.Descriptors().Count);
        }
    }

    [Fact]
    public void Descriptors_WithoutAnEnd_AreRefusedAndClosed()
    {
        (PipeConnection end, PipeConnection peer) = NewPipe();
        int before = LeakWatch.Descriptors().Count;
        InvalidDataException? error = null;
        int packets = 0;
        while (error is null)
        {
            var header = new PacketHeader { Kind = PacketKind.Descriptors, Descriptors = 200, TotalDescriptors = 1_000_000, Message = 1 };
            Send(peer, header, [], Enumerable.Repeat(peer.End.Socket.Number, 200));
            packets++;
            try
            {
                Assert.False(end.TryReceive(out int _));
            }
            catch (InvalidDataException refused)
            {
                error = refused;
            }
        }

        Assert.InRange(packets, 2, (PacketHeader.MaximumDescriptors / 200) + 1);
        Assert.Equal(before, LeakWatch.Descriptors().Count);
    }

    [Fact]
    public void Message_WhoseDescriptorsComeAndThatIsTakenBack_LeavesNothing()
    {
        (PipeConnection end, PipeConnection peer) = NewPipe();
        int before = LeakWatch.Descriptors().Count;
        Send(peer, new PacketHeader { Kind = PacketKind.Descriptors, Descriptors = 100, TotalDescriptors = 300, Message = 5 }, [], Enumerable.Repeat(peer.End.Socket.Number, 100));
        Assert.False(end.TryReceive(out int _));
        Assert.Equal(before + 100, LeakWatch.Descriptors().Count);

        Send(peer, new PacketHeader { Kind = PacketKind.Abandoned, Message = 5 }, []);
        Assert.False(end.TryReceive(out int _));

        Assert.Equal(before, LeakWatch.Descriptors().Count);
        peer.Send(4);
        Assert.Equal(4, end.Receive<int>());
    }

    [Fact]
    public void Value_OfRandomBytes_IsAnErrorOrAValueAndThePipeGoesOn()
    {
        (PipeConnection end, PipeConnection peer) = NewPipe();
        var random = new Random(20261);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            Send(peer, new PacketHeader { Kind = PacketKind.Value, Length = bytes.Length, TypeTag = TypeTag<List<string>>.Value }, bytes);
            try
            {
                _ = end.Receive<List<string>>();
            }
            catch (InvalidDataException)
            {
                // What most of them are.
            }
        }

        peer.Send<List<string>>(["still", "here"]);
        Assert.Equal(["still", "here"], end.Receive<List<string>>());
    }

    private static void Send(PipeConnection peer, PacketHeader header, ReadOnlySpan<byte> body, IEnumerable<int>? descriptors = null)
    {
        header.Magic = PacketHeader.Expected;
        Assert.Equal(0, LocalSocket.Send(peer.End.Socket.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<PacketHeader>(in header)), body, [.. descriptors ?? []]));
    }
}
