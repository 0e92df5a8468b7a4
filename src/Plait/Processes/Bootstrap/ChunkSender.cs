using Plait.Interop;
using Plait.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>How the body of an Items message of a chunk begins. Numbers are part of the protocol (docs/design/map.md).</summary>
internal enum ChunkMessage : byte
{
    /// <summary>Values whose bytes are their value: count, time, one block.</summary>
    PlainValues = 0,

    /// <summary>Other values: count, time, a block each.</summary>
    Values = 1,

    /// <summary>The next item's exception: time, exception.</summary>
    Error = 2,
}

/// <summary>
/// In a worker: the results of a chunk on their way to the parent, in the items' order. The worker's thread adds them; it or
/// <see cref="ChunkFlusher"/> sends them, so that results are not held back by an item that takes long.
/// </summary>
internal sealed class ChunkSender<TOut> : IDisposable, IChunkSender
{
    private readonly CallContext _context;
    private readonly Lock _gate = new();

    // Plain values wait in an array, whose first _added are written once and for good. Others are encoded at once, each in a block of
    // its own, so that one that cannot travel harms no other.
    private readonly TOut[] _plain;
    private readonly PayloadWriter? _one;

    // Guarded by _gate, all below but _added, which only the worker's thread writes.
    private readonly PayloadWriter? _others;
    private int _added;
    private int _sent;
    private bool _isDisposed;

    // Since when the time of what waits counts: the end of the last message.
    private long _since = MonotonicClock.Now;

    // Raised by the worker's thread when it arms the flusher, taken down by whoever sends.
    private bool _isFlushSoon;

    public ChunkSender(CallContext context, int count)
    {
        _context = context;
        _plain = [];
        if (Element<TOut>.IsPlain)
        {
            _plain = GC.AllocateUninitializedArray<TOut>(count);
            return;
        }

        _one = new PayloadWriter(context.ItemWriter.Store);
        _others = new PayloadWriter();
    }

    public void Add(TOut value)
    {
        if (!Element<TOut>.IsPlain)
        {
            Encode(value);
            return;
        }

        int added = _added;
        _plain[added] = value;

        // Release: pairs with the acquire read in Flush, on whichever thread that runs.
        Volatile.Write(ref _added, added + 1);
    }

    /// <summary>Sends an item's exception, after the values before it.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            Flush_UnderGate();
            if (error is OutOfMemoryException)
            {
                _context.State.OutOfMemory = 1;
            }

            PayloadWriter writer = _context.ItemWriter;
            writer.WriteByte((byte)ChunkMessage.Error);
            WriteTime(writer);
            ExceptionCodec.Write(writer, error);
            Send(_sent);
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            Flush_UnderGate();
        }
    }

    /// <summary>What waits is sent a moment later, whatever the worker's thread does then.</summary>
    public void FlushSoon()
    {
        // Full fence between adding and looking at the flag: pairs with the one in Flush.
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref _isFlushSoon))
        {
            Volatile.Write(ref _isFlushSoon, true);
            ChunkFlusher.Arm(this);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _one?.Dispose();
            _others?.Dispose();
        }

        ChunkFlusher.Disarm(this);
    }

    private void Flush_UnderGate()
    {
        // Full fence between taking the flag down and looking at what was added: pairs with the one in FlushSoon. Either this
        // sees the last value, or FlushSoon sees the flag down. The read also pairs with the release in Add.
        Interlocked.Exchange(ref _isFlushSoon, false);
        int added = Volatile.Read(ref _added);
        int count = added - _sent;
        if (count == 0 || _isDisposed)
        {
            return;
        }

        PayloadWriter writer = _context.ItemWriter;
        writer.WriteByte((byte)(Element<TOut>.IsPlain ? ChunkMessage.PlainValues : ChunkMessage.Values));
        writer.WriteCount(count);
        WriteTime(writer);
        if (Element<TOut>.IsPlain)
        {
            writer.WriteBulk(Element<TOut>.Bytes((ReadOnlySpan<TOut>)_plain.AsSpan(_sent, count)));
        }
        else
        {
            writer.WriteBytes(_others!.WrittenSpan);
            _others.Clear();
        }

        Send(added);
    }

    private void WriteTime(PayloadWriter writer) => writer.WriteVarint((ulong)Math.Max(0, MonotonicClock.Now - _since));

    // Time spent on a parent that is slow to read is not the items'.
    private void Send(int sent)
    {
        _context.SendItems();
        _sent = sent;
        _since = MonotonicClock.Now;
    }

    private void Encode(TOut value)
    {
        lock (_gate)
        {
            try
            {
                _context.Results.Write(_one!, value, typeof(TOut), "the result");
            }
            catch
            {
                _one!.Abandon();
                throw;
            }

            _others!.WriteBlock(_one!.WrittenSpan);
            _one.Clear();
            _added++;
        }
    }
}
