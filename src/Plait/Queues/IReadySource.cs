using System.Runtime.InteropServices;

namespace Plait.Queues;

/// <summary>
/// Something that <see cref="Readiness"/> can wait for together with others: a connection (ready when something can be received, or the peer is
/// gone), a listener (ready when a client wants to connect), a child process (ready when it has ended), a descriptor (ready when it can be read).
/// </summary>
public interface IReadySource
{
    /// <summary>Whether it is ready whatever its descriptor says. A snapshot.</summary>
    bool IsReady { get; }

    /// <summary>The descriptor that is readable when this is ready. It need not stay open while it is waited for; null when there is none (any more), and then <see cref="IsReady"/> says it all.</summary>
    SafeHandle? ReadyDescriptor { get; }
}
