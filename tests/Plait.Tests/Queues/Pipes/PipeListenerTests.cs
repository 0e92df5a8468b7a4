using System.Security.Authentication;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>Listeners and their clients: who is let in, who is not, and what nobody can hold up.</summary>
public sealed class PipeListenerTests() : PipeTest(isProcess: true)
{
    private readonly string _folder = Directory.CreateTempSubdirectory("listener-").FullName;

    [Fact]
    public async Task Accept_OfAClientInAnotherProcess_Connects()
    {
        byte[] key = [1, 2, 3];
        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { Key = key });
        Assert.StartsWith(PrivateFolder.Default, listener.Path, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(listener.Path));
        using var child = ChildProcess.Start(
            static (string path, byte[] key) =>
            {
                using PipeConnection connection = PipeClient.Connect(path, key);
                connection.Send("hello");
                return connection.Receive<int>();
            },
            listener.Path,
            key);

        using PipeConnection accepted = await listener.AcceptAsync(Waits.Hang, TestContext.Current.CancellationToken);
        Assert.Equal("hello", accepted.Receive<string>());
        accepted.Send(5);
        Assert.Equal(5, await child.GetResultAsync().InTime());
        Assert.Throws<PipeClosedException>(() => accepted.Receive<int>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a key")]
    public async Task Accept_OfAClientWithTheSameKey_LetsItIn(string? text)
    {
        byte[]? key = text is null ? null : System.Text.Encoding.UTF8.GetBytes(text);
        using PipeListener listener = PipeListener.Bind(Path.Combine(_folder, "s"), new PipeListenerOptions { Key = key });
        Task<PipeConnection> accepting = OnThread(() => listener.Accept());
        using PipeConnection client = PipeClient.Connect(listener.Path, key, Waits.Hang);
        using PipeConnection accepted = await accepting.InTime();

        client.Send(1);
        Assert.Equal(1, accepted.Receive<int>());
        accepted.SendBytes(Sample(300_000).AsSpan(0, 100));
        Assert.Equal(100, client.ReceiveBytes().Length);
    }

    [Theory]
    [InlineData("right", "wrong")]
    [InlineData("", "wrong")]
    [InlineData("right", "")]
    [InlineData("right", null)]
    public async Task Accept_OfAClientWithAnotherKey_FailsOnBothSidesAndGoesOn(string right, string? wrong)
    {
        byte[] key = System.Text.Encoding.UTF8.GetBytes(right);
        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { Key = key });
        Task<PipeConnection> accepting = OnThread(() => listener.Accept());

        await Assert.ThrowsAsync<AuthenticationException>(async () => await PipeClient.ConnectAsync(listener.Path, wrong is null ? null : System.Text.Encoding.UTF8.GetBytes(wrong)).AsTask().InTime());
        Assert.Contains("key", (await Assert.ThrowsAsync<AuthenticationException>(() => accepting.InTime())).Message, StringComparison.Ordinal);

        Task<PipeConnection> next = listener.AcceptAsync().AsTask();
        using PipeConnection client = PipeClient.Connect(listener.Path, key);
        (await next.InTime()).Dispose();
    }

    [Fact]
    public async Task Connect_WithAKeyToAListenerWithout_IsRefusedByTheClient()
    {
        using PipeListener listener = PipeListener.Bind();
        Task<PipeConnection> accepting = OnThread(() => listener.Accept());

        await Assert.ThrowsAsync<AuthenticationException>(async () => await PipeClient.ConnectAsync(listener.Path, [1]).AsTask().InTime());

        // The client went away; the listener waits on for one that means it.
        using PipeConnection client = PipeClient.Connect(listener.Path);
        (await accepting.InTime()).Dispose();
    }

    [Fact]
    public async Task Accept_WhileOtherClientsSayNothing_IsNotHeldUp()
    {
        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { HandshakeTimeout = TimeSpan.FromDays(1) });
        List<Descriptor> silent = [.. Enumerable.Range(0, 5).Select(_ => Dial(listener.Path))];
        Task<PipeConnection> accepting = OnThread(() => listener.Accept());

        using PipeConnection client = PipeClient.Connect(listener.Path);
        (await accepting.InTime()).Dispose();
        silent.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task Accept_OfAClientThatSaysNothing_DropsItWhenItsTimeIsUp()
    {
        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(20) });
        using Descriptor silent = Dial(listener.Path);
        using var end = new CancellationTokenSource();
        Task<PipeConnection> accepting = OnThread(() => listener.Accept(end.Token));

        // Its greeting is the last thing that it hears.
        byte[] buffer = new byte[200];
        var none = new List<Descriptor>();
        Until(() => LocalSocket.Receive(silent.Number, buffer, default, none, out _, out _) == 0);
        Assert.False(accepting.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.InTime());
    }

    [Fact]
    public void Accept_OfAClientThatSendsNonsense_RefusesItAndGoesOn()
    {
        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { Key = [1] });
        foreach (int length in new[] { 1, 8, 73, 74, 200, 60_000 })
        {
            using Descriptor hostile = Dial(listener.Path);
            Assert.Equal(0, LocalSocket.Send(hostile.Number, Sample(length), default));
            Assert.Throws<AuthenticationException>(() => listener.Accept());
        }

        // Our own greeting given back to us is no proof.
        using Descriptor mirror = Dial(listener.Path);
        Assert.False(listener.TryAccept(TimeSpan.Zero, out _));
        byte[] greeting = new byte[41];
        Assert.Equal(41, LocalSocket.Receive(mirror.Number, greeting, default, [], out _, out _));
        Assert.Equal(0, LocalSocket.Send(mirror.Number, [.. greeting, .. new byte[32]], default));
        Assert.Throws<AuthenticationException>(() => listener.Accept());
    }

    [Fact]
    public void Dispose_OfTheLastInOurFolder_LeavesNoEmptyFolder()
    {
        PipeListener listener = PipeListener.Bind();
        Assert.StartsWith(PrivateFolder.Default, listener.Path, StringComparison.Ordinal);

        listener.Dispose();

        // Others of this process may have something there.
        Assert.True(!Directory.Exists(PrivateFolder.Default) || Directory.EnumerateFileSystemEntries(PrivateFolder.Default).Any());
    }

    [Fact]
    public async Task Accept_OnNobody_EndsWhenTheTimeIsUpOrItIsCancelledOrDisposed()
    {
        PipeListener listener = Keep(PipeListener.Bind());
        Assert.False(listener.TryAccept(TimeSpan.Zero, out _));
        Assert.False(listener.TryAccept(TimeSpan.FromMilliseconds(20), out _));
        await Assert.ThrowsAsync<TimeoutException>(async () => await listener.AcceptAsync(TimeSpan.FromMilliseconds(20)));
        Assert.Throws<ArgumentOutOfRangeException>(() => listener.TryAccept(TimeSpan.FromTicks(-1), out _));
        using var cancellation = new CancellationTokenSource();
        Task<PipeConnection> cancelled = listener.AcceptAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());

        Task<PipeConnection> blocked = OnThread(() => listener.Accept());
        Task<PipeConnection> flow = listener.AcceptAsync().AsTask();
        listener.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => blocked.InTime());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => flow.InTime());
        Assert.False(File.Exists(listener.Path));
        Assert.Throws<ObjectDisposedException>(() => listener.Accept());
        Assert.Throws<PipeClosedException>(() => PipeClient.Connect(listener.Path));
    }

    [Fact]
    public async Task Connect_ToAListenerThatDoesNotAccept_EndsWhenTheTimeIsUpOrItIsCancelled()
    {
        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { Backlog = 1 });
        var short20 = TimeSpan.FromMilliseconds(20);

        // The first ones wait for their greeting, the later ones for a place in the backlog.
        for (int i = 0; i < 4; i++)
        {
            Assert.Throws<TimeoutException>(() => PipeClient.Connect(listener.Path, null, short20));
            await Assert.ThrowsAsync<TimeoutException>(async () => await PipeClient.ConnectAsync(listener.Path, null, short20));
        }

        using var cancellation = new CancellationTokenSource();
        Task<PipeConnection> blocked = OnThread(() => PipeClient.Connect(listener.Path, null, cancellation.Token));
        Task<PipeConnection> flow = PipeClient.ConnectAsync(listener.Path, null, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked.InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flow.InTime());
    }

    [Fact]
    public void Bind_ToAnAddressInUse_IsRefusedUnlessItsProcessIsGone()
    {
        string path = Path.Combine(_folder, "s");
        using (PipeListener.Bind(path))
        {
            Assert.Contains("in use", Assert.Throws<IOException>(() => PipeListener.Bind(path)).Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(path));
        (PipeConnection end, PipeConnection other) = NewPipe();
        using var child = ChildProcess.Start(
            static (PipeConnection end, string path) =>
            {
                PipeListener.Bind(path);
                end.Send(1);
                InChild.WaitForever();
            },
            other,
            path);
        Assert.Equal(1, end.Receive<int>());
        Assert.Throws<IOException>(() => PipeListener.Bind(path));
        child.Kill();
        child.Join();
        Assert.True(File.Exists(path));
        Assert.Contains("Nobody listens", Assert.Throws<PipeClosedException>(() => PipeClient.Connect(path)).Message, StringComparison.Ordinal);

        PipeListener.Bind(path).Dispose();

        // What is no socket is left alone.
        File.WriteAllText(path, "precious");
        Assert.Throws<IOException>(() => PipeListener.Bind(path));
        Assert.Equal("precious", File.ReadAllText(path));
    }

    [Fact]
    public void Bind_WithWhatCannotBe_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PipeListener.Bind(Path.Combine(_folder, new string('x', 108))));
        Assert.Throws<ArgumentException>(() => PipeListener.Bind(""));
        Assert.Throws<DirectoryNotFoundException>(() => PipeListener.Bind(Path.Combine(_folder, "none", "s")));
        Assert.Throws<ArgumentOutOfRangeException>(() => PipeListener.Bind(new PipeListenerOptions { Backlog = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => PipeListener.Bind(new PipeListenerOptions { HandshakeTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => PipeClient.Connect(new string('x', 108)));
        Assert.Throws<ArgumentException>(() => PipeClient.Connect(""));
    }

    protected override void OnEnd()
    {
        base.OnEnd();
        Directory.Delete(_folder, recursive: true);
    }

    private static Descriptor Dial(string path)
    {
        Descriptor socket = LocalSocket.Create(isListener: false);
        Assert.Equal(0, LocalSocket.Connect(socket, path, Waits.Hang));
        return socket;
    }
}
