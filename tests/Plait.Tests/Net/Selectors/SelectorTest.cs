using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Net.Selectors;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>Tests of selectors run one after another: they count what this process has open, and play with numbers of descriptors.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SelectorCollection
{
    public const string Name = "selectors";
}

/// <summary>Base of every test of selectors: descriptors to watch, which are closed at the end, and a look at what is left then.</summary>
[Collection(SelectorCollection.Name)]
public abstract class SelectorTest : IAsyncLifetime
{
    /// <summary>Long enough to show that something slept, short enough to wait for.</summary>
    protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    private static readonly Lazy<bool> s_warmUp = new(UseSockets);

    private readonly List<IDisposable> _ours = [];
    private LeakWatch? _watch;

    public ValueTask InitializeAsync()
    {
        Assert.True(s_warmUp.Value);
        _watch = new LeakWatch();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (IDisposable ours in Enumerable.Reverse(_ours))
        {
            ours.Dispose();
        }

        Assert.Equal("", await _watch!.SettleAsync(Waits.Hang));
    }

    /// <summary>Disposed when the test ends.</summary>
    protected T Keep<T>(T ours)
        where T : IDisposable
    {
        _ours.Add(ours);
        return ours;
    }

    /// <summary>Two stream sockets that are connected with each other.</summary>
    protected unsafe (Socket Reader, Socket Writer) NewPair()
    {
        int* ends = stackalloc int[2];
        Assert.Equal(0, Libc.socketpair(SocketCalls.LocalFamily, SocketCalls.Stream | SocketCalls.CloseOnExec, 0, ends));
        return (Keep(new Socket(new SafeSocketHandle(ends[0], ownsHandle: true))), Keep(new Socket(new SafeSocketHandle(ends[1], ownsHandle: true))));
    }

    /// <summary>Two TCP sockets that are connected with each other.</summary>
    protected (Socket Reader, Socket Writer) NewTcpPair()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket client = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(listener.LocalEndPoint!);
        return (Keep(listener.Accept()), client);
    }

    /// <summary>A pair of which one end has something to read.</summary>
    protected (Socket Reader, Socket Writer) NewReadyPair()
    {
        (Socket reader, Socket writer) = NewPair();
        writer.Send([1]);
        return (reader, writer);
    }

    private protected Descriptor Duplicate(Socket source) => Keep(Descriptor.Duplicate(source.SafeHandle));

    /// <summary>Makes a number that is not in use stand for what <paramref name="source"/> is. The caller closes it.</summary>
    private protected static Descriptor DuplicateTo(int number, int source)
    {
        // The runtime may have it for a moment, for a file of its own.
        int made = -1;
        Until(() =>
        {
            made = Libc.fcntl(source, FileFlags.DuplicateCloseOnExec, number);
            return made == number || Libc.close(made) != 0;
        });
        Assert.Equal(number, made);
        return new Descriptor(made);
    }

    private protected static Descriptor DuplicateTo(int number, Socket source) => DuplicateTo(number, NumberOf(source));

    protected static int NumberOf(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();

    /// <summary>The sockets of what is ready.</summary>
    protected static IEnumerable<Socket> Sockets(IEnumerable<ReadyKey> ready) => ready.Select(static key => key.Key.Socket!);

    /// <summary>Blocks until a fact holds that nobody announces.</summary>
    protected static void Until(Func<bool> fact, [CallerArgumentExpression(nameof(fact))] string text = "") =>
        Assert.True(SpinWait.SpinUntil(fact, Waits.Hang), $"Did not come true within {Waits.Hang}: {text}");

    protected static void UntilAsleep(Selector selector) => Until(() => selector.GetStatistics().Waiting == 1);

    /// <summary>Runs a function on a thread of its own, which ends with it.</summary>
    protected static Task<T> OnThread<T>(Func<T> function) => OwnThread.Run(function);

    protected static T End<T>(Task<T> task) => task.InTime().GetAwaiter().GetResult();

    // What the runtime opens with the first use of sockets, and keeps.
    private static bool UseSockets()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Task connected = client.ConnectAsync(listener.LocalEndPoint!);
        using Socket accepted = listener.Accept();
        return End(connected.ContinueWith(static task => task.IsCompletedSuccessfully, TaskScheduler.Default));
    }
}
