using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Processes.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>In a worker: the call that runs, for functions of ours that send values while they go on.</summary>
internal sealed class CallContext(Channel channel, ValueCodec results)
{
    private PayloadWriter? _items;

    /// <summary>The call that the calling code belongs to. One at a time: a worker runs its calls one after another.</summary>
    public static CallContext? Current { get; set; }

    public long Call { get; set; }

    /// <summary>How results are written: as their declared types.</summary>
    public ValueCodec Results => results;

    public ref ChannelState State => ref channel.State;

    public CancellationToken Cancellation => WorkerBootstrap.Current.Cancellation;

    /// <summary>What <see cref="SendItems"/> sends. Empty after it.</summary>
    public PayloadWriter ItemWriter => _items ??= new PayloadWriter(channel.Store);

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
