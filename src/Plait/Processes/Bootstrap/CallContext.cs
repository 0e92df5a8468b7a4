using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>In a worker: the call that runs, for functions of ours that send values while they go on.</summary>
internal sealed class CallContext(Channel channel, ArenaBulkStore store, ValueCodec results)
{
    [ThreadStatic]
    private static CallContext? t_current;

    private PayloadWriter? _items;

    /// <summary>That of the calls which this thread runs, one after another. Null on threads that run none, those included which a function goes on upon after an await.</summary>
    public static CallContext? Current
    {
        get => t_current;
        set => t_current = value;
    }

    public long Call { get; set; }

    /// <summary>How results are written: as their declared types.</summary>
    public ValueCodec Results => results;

    public ref ChannelState State => ref channel.State;

    /// <summary>The words of the call that runs.</summary>
    public ref CallWords Words => ref channel.WordsOf(Call);

    public CancellationToken Cancellation => WorkerBootstrap.Current.Cancellation;

    /// <summary>What <see cref="SendItems"/> sends. Empty after it.</summary>
    public PayloadWriter ItemWriter => _items ??= new PayloadWriter(store);

    /// <summary>Sends what is written. Blocks while the ring is full.</summary>
    public void SendItems()
    {
        _ = channel.Send(MessageKind.Items, Call, ItemWriter.WrittenSpan);
        CrashPoints.Hit(CrashPoint.ItemsSent);
        ItemWriter.Clear();
    }

    /// <summary>Forgets what a call left half written.</summary>
    public void Abandon() => _items?.Abandon();
}
