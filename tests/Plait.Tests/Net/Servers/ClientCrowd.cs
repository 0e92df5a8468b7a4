using System.Net;
using System.Net.Sockets;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Clients that connect, are answered, leave and come again, each on a thread of its own; until told to end.</summary>
internal sealed class ClientCrowd : IDisposable
{
    private readonly long[] _requests;
    private readonly Thread[] _threads;
    private volatile bool _isOver;
    private volatile Exception? _failure;

    public ClientCrowd(EndPoint server, int count)
    {
        _requests = new long[count];
        _threads = [.. Enumerable.Range(0, count).Select(number => new Thread(() => ComeAgain(server, number)) { IsBackground = true, Name = $"client {number}" })];
        Array.ForEach(_threads, static thread => thread.Start());
    }

    /// <summary>Those that were answered.</summary>
    public long Requests => _requests.Sum();

    /// <summary>Until every client was answered twice more: the second of them began after this was called.</summary>
    public void AwaitMore()
    {
        long[] before = [.. _requests.Index().Select(at => Volatile.Read(ref _requests[at.Index]))];
        Assert.True(
            SpinWait.SpinUntil(() => _failure is not null || before.Index().All(at => Volatile.Read(ref _requests[at.Index]) >= at.Item + 2), Waits.Hang),
            $"Not all clients were answered twice within {Waits.Hang}: {string.Join(", ", _requests)} after {string.Join(", ", before)}.");
        Check();
    }

    public void End()
    {
        _isOver = true;
        Array.ForEach(_threads, static thread => Assert.True(thread.Join(Waits.Hang)));
        Check();
    }

    public void Dispose() => _isOver = true;

    private void Check() => Assert.True(_failure is null, $"{_failure}");

    private void ComeAgain(EndPoint server, int number)
    {
        try
        {
            while (!_isOver)
            {
                using var client = new TestClient(server);
                client.Echo($"client {number}");
                client.Socket.Shutdown(SocketShutdown.Send);
                Assert.Equal("", client.ReceiveAll());
                Volatile.Write(ref _requests[number], _requests[number] + 1);
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }
}
