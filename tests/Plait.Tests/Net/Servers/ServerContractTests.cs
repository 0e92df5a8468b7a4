using Plait.Interop;
using Plait.Net.Servers;

namespace Plait.Tests.Net.Servers;

public sealed class CoroutineServerTests() : LocalServerContract(ServerModel.Coroutine);

public sealed class LoopsServerTests() : LocalServerContract(ServerModel.Loops);

public sealed class IterativeServerTests() : LocalServerContract(ServerModel.Iterative)
{
    protected override bool IsConcurrent => false;
}

public sealed class ThreadsServerTests() : LocalServerContract(ServerModel.Threads);

public sealed class PoolServerTests() : LocalServerContract(ServerModel.Pool);

public sealed class NonBlockingServerTests() : LocalServerContract(ServerModel.NonBlocking);

public sealed class SelectServerTests() : LocalServerContract(ServerModel.Select);

public sealed class PollServerTests() : LocalServerContract(ServerModel.Poll);

public sealed class EpollServerTests() : LocalServerContract(ServerModel.Epoll);

public sealed class SelectorServerTests() : LocalServerContract(ServerModel.Selector);

public sealed class SignalDrivenServerTests() : LocalServerContract(ServerModel.SignalDriven);

public sealed class SocketsServerTests() : LocalServerContract(ServerModel.Sockets);

public sealed class ProactorServerTests() : LocalServerContract(ServerModel.Proactor);

/// <summary>Where the system refuses a ring.</summary>
public sealed class RefusedProactorServerTests() : LocalServerContract(ServerModel.Proactor)
{
    private protected override int RingRefusal => Errno.EPERM;
}
