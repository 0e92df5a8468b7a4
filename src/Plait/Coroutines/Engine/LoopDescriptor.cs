using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>
/// A descriptor that a loop owns and watches, and the two that may wait for it: one who reads, one who writes. On the loop's thread.
/// </summary>
/// <remarks>
/// What is not known not to be ready is tried: so a descriptor begins as ready, a call that would block takes the word away, and the poller gives it back. A read that fills
/// less than its buffer has emptied the socket, so the next one waits without a call that would find nothing; unless <see cref="ReadsMayEndShort"/>.
/// </remarks>
internal sealed class LoopDescriptor(int number)
{
    private bool _isClosed;

    /// <summary>The descriptor.</summary>
    public int Number => number;

    /// <summary>Which use of the number this is. Belongs to the poller: what it hears of an earlier one is not for this one.</summary>
    public uint Generation { get; set; }

    /// <summary>What the system is asked about it now. Belongs to a poller that asks for levels.</summary>
    public int Interest { get; set; }

    public bool CanRead { get; set; } = true;

    public bool CanWrite { get; set; } = true;

    /// <summary>
    /// A read that fills less than its buffer may have left something, so reads go on until one would block: the end of the stream was told with the bytes before it, and is not told again; or a read stops where something stands
    /// between the bytes, an urgent one, or descriptors that were sent along (unix(7)).
    /// </summary>
    public bool ReadsMayEndShort { get; set; }

    public IoWait? Reader { get; set; }

    public IoWait? Writer { get; set; }

    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Closes it, if nobody has. Nobody may wait for it.</summary>
    public void Close(LoopPoller poller)
    {
        if (!Interlocked.Exchange(ref _isClosed, true))
        {
            poller.Unwatch(this);
            _ = Libc.close(number);
        }
    }

    /// <summary>As <see cref="Close"/>, from any thread: of one that is not watched.</summary>
    public void CloseUnwatched()
    {
        if (!Interlocked.Exchange(ref _isClosed, true))
        {
            _ = Libc.close(number);
        }
    }

    /// <summary>A read has brought so many bytes into a buffer of such a length.</summary>
    public void OnRead(int count, int length) => CanRead = count == length || ReadsMayEndShort;

    /// <summary>What the poller has heard.</summary>
    public void OnReady(bool isReadable, bool isWritable, bool isOver)
    {
        ReadsMayEndShort |= isOver;
        if (isReadable || isOver)
        {
            CanRead = true;
            Reader?.OnReady();
        }

        if (isWritable || isOver)
        {
            CanWrite = true;
            Writer?.OnReady();
        }
    }
}
