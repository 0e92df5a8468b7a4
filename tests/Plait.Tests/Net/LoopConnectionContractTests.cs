using Plait.Coroutines.Engine;
using Plait.Net.Rings;

namespace Plait.Tests.Net;

public sealed class ReadyConnectionTests : LoopConnectionContract
{
    private protected override Func<LoopPoller>? Poller => null;
}

/// <summary>Where the system refuses a ring, what is left then is to keep the same.</summary>
public sealed class RingConnectionTests : LoopConnectionContract
{
    private protected override Func<LoopPoller>? Poller => static () => (LoopPoller?)RingPoller.TryCreate(out _) ?? new EpollPoller();
}
