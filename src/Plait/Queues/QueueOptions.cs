using Plait.Codecs;

namespace Plait.Queues;

/// <summary>Settings of a queue. They are read when it is made; who opens it by its name gets what the first one set.</summary>
public sealed class QueueOptions
{
    /// <summary>
    /// The promise that only one unit puts: a thread, a flow, or another one that takes over when the first has stopped. The queue then does
    /// without a guard on that side. Two that put at the same time lose items. No use in a queue that grows, LIFO or priority. Default: false.
    /// </summary>
    public bool SingleProducer { get; set; }

    /// <summary>The promise that only one unit gets; else as <see cref="SingleProducer"/>. No use in a lease queue either. Default: false.</summary>
    public bool SingleConsumer { get; set; }

    /// <summary>Bytes at most of a queue of a process scope that grows, its items' bytes included. 64 KiB to 8 GiB. Default: 256 MiB.</summary>
    public long MostBytes { get; set; } = 256L << 20;

    /// <summary>
    /// In a process scope, for items that are encoded: bytes of an item that lie in the queue itself. A larger one gets a block of its own, which takes
    /// longer. 8 to 65,536, rounded up to a multiple of 64 less 8. Default: 120.
    /// </summary>
    public int ItemBytes { get; set; } = 120;

    /// <summary>In a process scope: encoders for types that do not travel by themselves, as in <c>ChildProcessOptions.Codecs</c>. Every process that uses the queue must name the same ones in the same order.</summary>
    public IList<ICodec> Codecs { get; } = [];
}
