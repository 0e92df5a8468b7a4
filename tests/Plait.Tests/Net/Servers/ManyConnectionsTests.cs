using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Net.Servers;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Ten thousand connections at once, or as many as there are descriptors: for models that need none but a descriptor for each. The other ends are another process's.</summary>
public sealed class ManyConnectionsTests(ITestOutputHelper output) : ServerTest
{
    private const int Wanted = 10_000;

    // What a process has open besides.
    private const int Besides = 600;

    // Answered before the next ones connect, so that the system's queue never fills up.
    private const int Batch = 500;

    private const int Rounds = 2;

    [Theory]
    [InlineData(ServerModel.Coroutine)]
    [InlineData(ServerModel.Loops)]
    [InlineData(ServerModel.ProcessLoops)]
    [InlineData(ServerModel.Epoll)]
    [InlineData(ServerModel.Poll)]
    [InlineData(ServerModel.Sockets)]
    public void Connections_TenThousandAtOnce_AreAllServed(ServerModel model)
    {
        int count = Math.Min(Wanted, MostDescriptors() - Besides);
        Assert.True(count >= 1000, "There are too few descriptors for this test: raise the limit (ulimit -n).");
        StreamServer server = StartServer(EchoAsync, new() { Model = model, Backlog = 4096, MaxConnections = 2 * count, FirstByteTimeout = Waits.Hang });
        using var steering = new TcpListener(IPAddress.Loopback, 0);
        steering.Start();
        long before = GC.GetTotalMemory(forceFullCollection: true);

        using ChildProcess<int> crowd = ChildProcess.Start(Crowd, ((IPEndPoint)server.EndPoint).Port, count, ((IPEndPoint)steering.LocalEndpoint).Port);

        Assert.True(steering.Server.Poll(Waits.Hang, SelectMode.SelectRead), "The crowd has not started.");
        using Socket haveAnswers = steering.AcceptSocket();
        haveAnswers.ReceiveTimeout = 2 * (int)Waits.Hang.TotalMilliseconds;
        Assert.Equal(1, haveAnswers.Receive(new byte[1]));
        Until(() => server.GetStatistics().Active == count);
        output.WriteLine($"{count} connections, {(GC.GetTotalMemory(forceFullCollection: true) - before) / count} bytes of managed memory each");
        haveAnswers.Shutdown(SocketShutdown.Both);
        Assert.Equal(count * Rounds, crowd.Result);
        Until(() => server.GetStatistics() is { Active: 0, Resets: 0, Failed: 0, TimedOut: 0 } all && all.Served == count);
    }

    // In a process of its own: so many answers have come.
    private static int Crowd(int port, int count, int steeringPort)
    {
        using var steering = new TcpClient("127.0.0.1", steeringPort);
        byte[] message = Encoding.ASCII.GetBytes("one of many");
        byte[] answer = new byte[message.Length];
        var all = new List<Socket>(count);
        int answers = 0;
        try
        {
            while (all.Count < count)
            {
                int first = all.Count;
                while (all.Count < count && all.Count - first < Batch)
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Waits.Hang.TotalMilliseconds };
                    all.Add(socket);
                    socket.Connect(IPAddress.Loopback, port);
                }

                Ask(all[first..]);
            }

            Ask(all);
            _ = steering.Client.Send("x"u8);
            _ = steering.Client.Receive(answer);
            return answers;
        }
        finally
        {
            all.ForEach(static socket => socket.Dispose());
        }

        void Ask(List<Socket> sockets)
        {
            sockets.ForEach(socket => socket.Send(message));
            foreach (Socket socket in sockets)
            {
                int came = 0;
                while (came < answer.Length && socket.Receive(answer, came, answer.Length - came, SocketFlags.None) is > 0 and int more)
                {
                    came += more;
                }

                answers += answer.SequenceEqual(message) ? 1 : 0;
                Array.Clear(answer);
            }
        }
    }

    // The runtime has raised the soft limit to the hard one.
    private static int MostDescriptors()
    {
        string line = File.ReadLines("/proc/self/limits").Single(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], NumberStyles.None, CultureInfo.InvariantCulture, out int most) ? most : int.MaxValue;
    }
}
