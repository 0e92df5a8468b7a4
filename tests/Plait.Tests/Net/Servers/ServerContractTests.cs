using Plait.Net.Servers;

namespace Plait.Tests.Net.Servers;

public sealed class CoroutineServerTests() : ServerContract(ServerModel.Coroutine);

public sealed class LoopsServerTests() : ServerContract(ServerModel.Loops);

public sealed class IterativeServerTests() : ServerContract(ServerModel.Iterative)
{
    protected override bool IsConcurrent => false;
}

public sealed class ThreadsServerTests() : ServerContract(ServerModel.Threads);

public sealed class PoolServerTests() : ServerContract(ServerModel.Pool);

public sealed class NonBlockingServerTests() : ServerContract(ServerModel.NonBlocking);

public sealed class SelectServerTests() : ServerContract(ServerModel.Select);

public sealed class PollServerTests() : ServerContract(ServerModel.Poll);

public sealed class EpollServerTests() : ServerContract(ServerModel.Epoll);

public sealed class SelectorServerTests() : ServerContract(ServerModel.Selector);

public sealed class SocketsServerTests() : ServerContract(ServerModel.Sockets);
