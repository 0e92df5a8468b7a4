using System.Runtime.InteropServices;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class BulkTests
{
    [Fact]
    public void Read_BigBlocks_GoThroughTheStore()
    {
        var store = new HeapBulkStore();
        int[] numbers = [.. Enumerable.Range(0, 100)];
        Assert.Equal(numbers, RoundTrip.Of(numbers, store: store));
        Assert.Equal(numbers, RoundTrip.Of(numbers.ToList(), store: store));
        Assert.Equal(numbers, RoundTrip.Of(numbers.AsMemory(), store: store).ToArray());
        Assert.Equal(new string('x', 100), RoundTrip.Of(new string('x', 100), store: store));
        Assert.Equal(new int[10, 10], RoundTrip.Of(new int[10, 10], store: store));
        Assert.Equal(5, store.Stored);
        Assert.Equal(5, store.GivenBack);
        Assert.Equal([1], RoundTrip.Of<int[]>([1], store: store));
        Assert.Equal(5, store.Stored);
    }

    [Fact]
    public void Read_FullStore_FallsBackToThePayload()
    {
        var store = new HeapBulkStore { HasRoom = false };
        Assert.Equal(new byte[1000], RoundTrip.Of(new byte[1000], store: store));
        Assert.Equal(0, store.Stored);
    }

    [Fact]
    public void Abandon_PayloadWithBlocks_GivesThemBack()
    {
        var store = new HeapBulkStore();
        using var writer = new PayloadWriter(store);
        RoundTrip.ToChild.Write(writer, new[] { new byte[100], new byte[200], new byte[3] }, typeof(byte[][]), "blocks");
        Assert.Equal(2, store.Stored);
        writer.Abandon();
        Assert.Equal(2, store.GivenBack);
        Assert.Equal(0, writer.WrittenCount);
    }

    [Fact]
    public void Read_ReadOnlyMemory_BorrowsAndForwardsWithoutACopy()
    {
        var store = new HeapBulkStore();
        ReadOnlyMemory<double> sent = Enumerable.Range(0, 50).Select(i => i * 0.5).ToArray();
        ReadOnlyMemory<double> view = RoundTrip.Of(sent, store: store);
        Assert.Equal(sent.ToArray(), view.ToArray());
        Assert.Equal((1, 0), (store.Stored, store.GivenBack));
        ReadOnlyMemory<double> again = RoundTrip.Of(view, store: store);
        Assert.Equal(sent.ToArray(), again.ToArray());
        Assert.Equal((1, 1), (store.Stored, store.Found));
        ReadOnlyMemory<double> slice = RoundTrip.Of(view[..10], store: store);
        Assert.Equal(10, slice.Length);
        Assert.Equal(2, store.Found);
        Assert.Equal(sent[5..20].ToArray(), RoundTrip.Of(view[5..20], store: store).ToArray());
        GC.KeepAlive(view);
    }

    [Fact]
    public void Read_ReadOnlyMemoryCollected_KeepsTheBlockForItsSpans()
    {
        var store = new HeapBulkStore();

        // On a thread that ends: no stack is left that could hold the view. Its spans would not either.
        var thread = new Thread(() => _ = RoundTrip.Of<ReadOnlyMemory<byte>>(new byte[500], store: store));
        thread.Start();
        thread.Join();
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal((1, 0), (store.Stored, store.GivenBack));
    }

    [Fact]
    public void Dispose_BorrowedMemory_GivesTheBlockBackOnce()
    {
        var store = new HeapBulkStore();
        ReadOnlyMemory<int> view = RoundTrip.Of<ReadOnlyMemory<int>>(new int[100], store: store);
        Assert.True(MemoryMarshal.TryGetMemoryManager(view, out BorrowedMemory<int>? manager));
        ((IDisposable)manager).Dispose();
        ((IDisposable)manager).Dispose();
        Assert.Equal(1, store.GivenBack);
        Assert.Throws<ObjectDisposedException>(() => view.Span[0]);
    }

    [Fact]
    public void Read_ReferenceOutsideTheStore_IsBadData()
    {
        var store = new HeapBulkStore();
        byte[] bytes = RoundTrip.Bytes(new byte[100], typeof(byte[]), store: store);
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(byte[]), store: new HeapBulkStore()));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(byte[])));
    }
}
