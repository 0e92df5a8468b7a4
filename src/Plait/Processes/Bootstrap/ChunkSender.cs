using Plait.Interop;
using Plait.Processes.Codecs;

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

/// <summary>In a worker: the results of a chunk on their way to the parent, in the items' order.</summary>
internal sealed class ChunkSender<TOut>(CallContext context, int count) : IDisposable
{
    // Plain values wait in an array; others are encoded at once, each in a block of its own, so that one that cannot travel harms no other.
    private readonly TOut[] _plain = Element<TOut>.IsPlain ? GC.AllocateUninitializedArray<TOut>(count) : [];
    private readonly PayloadWriter? _one = Element<TOut>.IsPlain ? null : new PayloadWriter(context.ItemWriter.Store);
    private PayloadWriter? _others;
    private int _waiting;

    // Since when the time of what waits counts: the end of the last message.
    private long _since = MonotonicClock.Now;

    public void Add(TOut value)
    {
        if (Element<TOut>.IsPlain)
        {
            _plain[_waiting++] = value;
            return;
        }

        Encode(value);
    }

    /// <summary>Sends an item's exception, after the values before it.</summary>
    public void Fail(Exception error)
    {
        Flush();
        if (error is OutOfMemoryException)
        {
            context.State.OutOfMemory = 1;
        }

        PayloadWriter writer = context.ItemWriter;
        writer.WriteByte((byte)ChunkMessage.Error);
        WriteTime(writer);
        ExceptionCodec.Write(writer, error);
        Send();
    }

    public void Flush()
    {
        if (_waiting == 0)
        {
            return;
        }

        PayloadWriter writer = context.ItemWriter;
        writer.WriteByte((byte)(Element<TOut>.IsPlain ? ChunkMessage.PlainValues : ChunkMessage.Values));
        writer.WriteCount(_waiting);
        WriteTime(writer);
        if (Element<TOut>.IsPlain)
        {
            writer.WriteBulk(Element<TOut>.Bytes((ReadOnlySpan<TOut>)_plain.AsSpan(0, _waiting)));
        }
        else
        {
            writer.WriteBytes(_others!.WrittenSpan);
            _others.Clear();
        }

        Send();
    }

    public void Dispose()
    {
        _one?.Dispose();
        _others?.Dispose();
    }

    private void WriteTime(PayloadWriter writer) => writer.WriteVarint((ulong)Math.Max(0, MonotonicClock.Now - _since));

    // Time spent on a parent that is slow to read is not the items'.
    private void Send()
    {
        context.SendItems();
        _waiting = 0;
        _since = MonotonicClock.Now;
    }

    private void Encode(TOut value)
    {
        try
        {
            context.Results.Write(_one!, value, typeof(TOut), "the result");
        }
        catch
        {
            _one!.Abandon();
            throw;
        }

        (_others ??= new PayloadWriter()).WriteBlock(_one!.WrittenSpan);
        _one.Clear();
        _waiting++;
    }
}
