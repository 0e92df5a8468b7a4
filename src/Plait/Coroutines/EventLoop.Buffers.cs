namespace Plait.Coroutines;

/// <content>Buffers for what its connections receive, on the loop's thread.</content>
public sealed partial class EventLoop
{
    private const int BufferLength = 16 * 1024;
    private const int MostBuffers = 64;

    // The last one that came back is the next one out: it is in the cache.
    private readonly Stack<byte[]> _buffers = new();

    /// <summary>A buffer of at least so many bytes; 0 for the common size.</summary>
    internal byte[] RentBuffer(int length)
    {
        if (length <= BufferLength)
        {
            return _buffers.TryPop(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    internal void ReturnBuffer(byte[] buffer)
    {
        if (buffer.Length == BufferLength && _buffers.Count < MostBuffers)
        {
            _buffers.Push(buffer);
        }
    }
}
