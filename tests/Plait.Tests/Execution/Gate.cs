using System.Net.Sockets;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>
/// Where tasks wait until the test lets them go on, in whatever process they run. The test learns of each that comes, and
/// of its end. Tasks get the <see cref="Path"/> and call <see cref="Pass"/> or <see cref="Visit"/>.
/// </summary>
internal sealed class Gate : IDisposable
{
    private static readonly Lazy<bool> s_warmUp = new(UseOne);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Visitor> _visitors = [];

    public Gate()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"gate-{Guid.NewGuid():N}"[..20]);
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(1024);
    }

    public string Path { get; }

    /// <summary>What the runtime opens for sockets and keeps is opened by this, not by the first test.</summary>
    public static void WarmUp() => _ = s_warmUp.Value;

    /// <summary>For tasks: says that it is here, and blocks until it is let through. Returns its process id.</summary>
    public static int Pass(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(BitConverter.GetBytes(Environment.ProcessId));
            _ = socket.Receive(new byte[1]);
        }
        catch (SocketException)
        {
            // Nobody is at the gate any more: it is open.
        }

        return Environment.ProcessId;
    }

    /// <summary>For tasks: as <see cref="Pass"/>, with a token that ends the wait.</summary>
    public static async Task<int> PassAsync(string path, CancellationToken token)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
            await socket.SendAsync(BitConverter.GetBytes(Environment.ProcessId), token);
            _ = await socket.ReceiveAsync(new byte[1], token);
        }
        catch (SocketException)
        {
            // Nobody is at the gate any more: it is open.
        }

        return Environment.ProcessId;
    }

    /// <summary>For tasks: says that it is here. The test sees the end of the visit when this is disposed, or its process has ended.</summary>
    public static IDisposable Visit(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(BitConverter.GetBytes(Environment.ProcessId));
        return socket;
    }

    /// <summary>The next task that comes.</summary>
    public async Task<Visitor> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Waits.Hang);
        try
        {
            Socket socket = await _listener.AcceptAsync(limit.Token);
            byte[] pid = new byte[sizeof(int)];
            await socket.ReceiveAsync(pid, limit.Token);
            var visitor = new Visitor(socket, BitConverter.ToInt32(pid));
            _visitors.Add(visitor);
            return visitor;
        }
        catch (OperationCanceledException hang)
        {
            throw new TimeoutException($"No task came to the gate within {Waits.Hang}.", hang);
        }
    }

    public async Task<Visitor[]> NextAsync(int count)
    {
        var visitors = new Visitor[count];
        for (int i = 0; i < count; i++)
        {
            visitors[i] = await NextAsync();
        }

        return visitors;
    }

    /// <summary>Whether somebody has come whom nobody has asked for yet.</summary>
    public bool HasVisitor => _listener.Poll(0, SelectMode.SelectRead);

    /// <summary>Everybody goes on, whoever waits now and whoever comes later.</summary>
    public void Open()
    {
        _listener.Dispose();
        File.Delete(Path);
        foreach (Visitor visitor in _visitors)
        {
            visitor.Dispose();
        }
    }

    public void Dispose() => Open();

    private static bool UseOne()
    {
        using var gate = new Gate();
        Task<Visitor> next = gate.NextAsync();
        Task<int> pass = Task.Run(() => PassAsync(gate.Path, CancellationToken.None));
        Visitor visitor = next.GetAwaiter().GetResult();
        visitor.LetPass();
        return pass.GetAwaiter().GetResult() == visitor.Pid;
    }
}

/// <summary>A task at a <see cref="Gate"/>.</summary>
internal sealed class Visitor(Socket socket, int pid) : IDisposable
{
    public int Pid => pid;

    /// <summary>Lets this one go on.</summary>
    public void LetPass() => socket.Send([1]);

    /// <summary>Completes when its visit is over, or its process.</summary>
    public async Task GoneAsync()
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[1]).InTime() > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Gone with a reset.
        }
    }

    public void Dispose() => socket.Dispose();
}
