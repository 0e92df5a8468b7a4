using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Plait.Codecs;
using Plait.Execution;
using Plait.Processes;
using Plait.Queues;
using Plait.Queues.Pipes;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>How connections, sockets and files get to other processes: at their start, while they run, in answers, and through pipes.</summary>
public sealed class DescriptorTravelTests() : PipeTest(isProcess: true)
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"travel-{Guid.NewGuid():N}");

    [Fact]
    public async Task Submit_ToARunningWorker_HandsAnEndOver()
    {
        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) });
        int worker = await pool.Submit(static () => Environment.ProcessId).InTime();
        (PipeConnection end, PipeConnection other) = NewPipe();

        Future<int> answer = pool.Submit(
            static (PipeConnection end) =>
            {
                using PipeConnection own = end;
                own.Send(own.Receive<string>().Length);
                return Environment.ProcessId;
            },
            other);
        end.Send("seven!!");

        Assert.Equal(7, end.Receive<int>());
        Assert.Equal(worker, await answer.InTime());
        other.Dispose();
        Assert.Throws<PipeClosedException>(() => end.Receive<int>());
    }

    [Fact]
    public void Start_WithEndsInALambdaAndInAList_HandsAllOver()
    {
        (PipeConnection end, PipeConnection captured) = NewPipe();
        (PipeConnection first, PipeConnection one) = NewPipe();
        (PipeConnection<string> second, PipeConnection<string> two) = Pipe.Create<string>();
        Keep(second);
        Keep(two);
        List<PipeConnection> ends = [one, two.Connection];

        using ChildProcess child = ChildProcess.Start(
            ends =>
            {
                captured.Send(ends.Count);
                ends[0].Send("one");
                ends[1].Send("two");
            },
            ends);

        Assert.Equal(2, end.Receive<int>());
        Assert.Equal("one", first.Receive<string>());
        Assert.Equal("two", second.Receive());
        child.Join();
        Assert.Equal(0, DescriptorExchange.Instance.Count);
    }

    [Fact]
    public async Task Put_IntoAQueue_HandsEndsAndSocketsOver()
    {
        using ProcessScope scope = ProcessScope.Create();
        IQueue<PipeConnection> ends = scope.CreateQueue<PipeConnection>(4);
        IQueue<Socket> sockets = scope.CreateQueue<Socket>(4);
        (PipeConnection end, PipeConnection other) = NewPipe();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var child = ChildProcess.Start(
            static (IQueue<PipeConnection> ends, IQueue<Socket> sockets) =>
            {
                using PipeConnection end = ends.Get();
                using Socket listener = sockets.Get();
                using Socket accepted = listener.Accept();
                end.Send(Greet(accepted));
            },
            ends,
            sockets);

        ends.Put(other);
        sockets.Put(listener);
        other.Dispose();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);

        Assert.Equal(16, end.Receive<int>());
        Assert.Throws<PipeClosedException>(() => end.Receive<int>());

        // One that was put and got by the same process needs no exchange between two.
        ends.Put(end);
        end.Dispose();
        using PipeConnection again = ends.Get();
        Assert.Throws<PipeClosedException>(() => again.Receive<int>());
    }

    [Fact]
    public async Task Result_ThatIsAnEnd_ComesFromAWorkerAndNotFromAChildThatHasEnded()
    {
        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) });
        (PipeConnection end, PipeConnection other) = NewPipe();
        using (PipeConnection back = await pool.Submit(static (PipeConnection end) => end, other).InTime())
        {
            end.Send("to itself");
            Assert.Equal("to itself", back.Receive<string>());
        }

        using ChildProcess<PipeConnection> child = ChildProcess.Start(static (PipeConnection end) => end, other);
        child.Join();
        Assert.Contains("ended", Assert.Throws<DescriptorUnavailableException>(() => child.Result).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_OfAnEndThatAChildMade_ConnectsToTheChild()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        Task<int> task = Start(MakePipeAndServe, other);

        // The child is there until it has answered: only then could its end not be fetched any more.
        using PipeConnection made = end.Receive<PipeConnection>();
        made.Send(20);
        Assert.Equal(21, made.Receive<int>());
        Assert.Equal(1, End(task));
    }

    [Fact]
    public void Send_OfAnEndThroughAPipe_ConnectsTheReceiver()
    {
        // As _TestPicklingConnections: a child gets ends through its pipe, uses them, and passes one on.
        (PipeConnection end, PipeConnection other) = NewPipe();
        (PipeConnection near, PipeConnection far) = NewPipe();
        (PipeConnection reader, PipeConnection writer) = Pipe.CreateSimplex();
        Keep(reader);
        Task<int> child = Start(UseWhatComes, other);

        end.Send((far, writer));
        far.Dispose();
        writer.Dispose();

        Assert.Equal("through the end", near.Receive<string>());
        Assert.Equal((true, false), (reader.Receive<bool>(), reader.Receive<bool>()));
        Assert.Equal(1, End(child));
        Assert.Throws<PipeClosedException>(() => near.Receive<string>());
        Assert.Throws<PipeClosedException>(() => reader.Receive<string>());
    }

    [Fact]
    public void Send_OfMoreDescriptorsThanAPacketCarries_BringsAll()
    {
        const int Many = 700;
        (PipeConnection end, PipeConnection other) = NewPipe();
        File.WriteAllText(_path, "x");
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        Task<long> child = Start(
            static (PipeConnection end, int many) =>
            {
                using PipeConnection own = end;
                SafeFileHandle[] files = own.Receive<SafeFileHandle[]>();
                long written = 0;
                for (int i = 0; i < files.Length; i++)
                {
                    RandomAccess.Write(files[i], [(byte)(i % 251)], i);
                    written += RandomAccess.GetLength(files[i]) == Math.Max(i + 1, 1) ? 1 : 0;
                    files[i].Dispose();
                }

                return files.Length == many ? written : -1;
            },
            other,
            Many);

        // The numbers of the duplicates go beyond 256 too.
        end.Send(Enumerable.Repeat(file, Many).ToArray());

        Assert.Equal(Many, End(child));
        Assert.Equal(Enumerable.Range(0, Many).Select(static i => (byte)(i % 251)), File.ReadAllBytes(_path));
    }

    [Fact]
    public void Start_WithAnOpenFile_SharesItsContents()
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite);
        using ChildProcess<int> child = ChildProcess.Start(
            static (SafeFileHandle file) =>
            {
                using SafeFileHandle own = file;
                RandomAccess.Write(own, "written there"u8, 0);
                return Environment.ProcessId;
            },
            file);

        Assert.NotEqual(Environment.ProcessId, child.Result);
        Assert.Equal("written there", File.ReadAllText(_path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Socket_HandedOver_ServesItsPeerFromThere(bool throughPipe)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        Socket accepted = listener.Accept();
        (PipeConnection end, PipeConnection other) = NewPipe();
        Task<int> child;
        if (throughPipe)
        {
            child = Start(static end => Greet(end.Receive<Socket>()), other);
            end.Send(accepted);
        }
        else
        {
            child = Start(static (_, socket) => Greet(socket), other, accepted);
        }

        accepted.Dispose();
        byte[] buffer = new byte[64];
        Assert.Equal("hello from there", Encoding.ASCII.GetString(buffer, 0, client.Receive(buffer)));
        Assert.Equal(16, End(child));
        Assert.Equal(0, client.Receive(buffer));
    }

    [Fact]
    public void Send_OfAnEndThatHoldsPartOfAMessage_IsRefused()
    {
        (PipeConnection end, _) = NewPipe();
        (PipeConnection used, PipeConnection peer) = NewPipe();
        peer.SendBytes([1, 2, 3]);
        Assert.Throws<MessageTooLongException>(() => used.ReceiveBytes(1));

        Assert.Contains("message", Assert.Throws<CannotTravelException>(() => end.Send(used)).Message, StringComparison.Ordinal);
        Assert.Equal(3, used.ReceiveBytes().Length);
        end.Send(used);

        used.Dispose();
        Assert.Contains("disposed", Assert.Throws<CannotTravelException>(() => end.Send(used)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfARefusedCall_KeepsNoDuplicate()
    {
        (_, PipeConnection other) = NewPipe();

        Assert.Throws<CannotTravelException>(() => ChildProcess.Start(static (PipeConnection end, Thread thread) => { }, other, new Thread(static () => { })));

        Assert.Equal(0, DescriptorExchange.Instance.Count);
    }

    [Fact]
    public void Fetch_AfterTheSenderWasKilled_SaysThatItIsGone()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using var child = ChildProcess.Start(
            static (PipeConnection end) =>
            {
                (_, PipeConnection mine) = Pipe.Create();
                end.Send(TicketFor(mine));
                InChild.WaitForever();
            },
            other);
        other.Dispose();
        byte[] ticket = end.Receive<byte[]>();
        byte[] second = [.. ticket];
        second[^1] ^= 1;

        // While it lives, only the right ticket gets anything.
        Assert.Contains("fetched before", Assert.Throws<DescriptorUnavailableException>(() => Redeem(second)).Message, StringComparison.Ordinal);
        child.Kill();
        child.Join();
        Assert.Contains("ended", Assert.Throws<DescriptorUnavailableException>(() => Redeem(ticket)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_ASecondTime_IsRefused()
    {
        (PipeConnection end, PipeConnection other) = NewPipe();
        using var child = ChildProcess.Start(
            static (PipeConnection end) =>
            {
                (PipeConnection kept, PipeConnection given) = Pipe.Create();
                end.Send(TicketFor(given));
                given.Dispose();
                kept.Send("from the child");
                InChild.WaitForever();
            },
            other);
        byte[] ticket = end.Receive<byte[]>();

        using (PipeConnection fetched = Redeem(ticket))
        {
            Assert.Equal("from the child", fetched.Receive<string>());
        }

        Assert.Throws<DescriptorUnavailableException>(() => Redeem(ticket));
        byte[] own = TicketFor(end);
        Redeem(own).Dispose();
        Assert.Throws<DescriptorUnavailableException>(() => Redeem(own));
        child.Kill();
        child.Join();
    }

    [Fact]
    public void Fetch_FromAFolderThatIsNotOurs_IsRefused()
    {
        foreach (string folder in new[] { "/tmp", "/", "relative", "/no/such/folder" })
        {
            var ticket = new DescriptorTicket(folder, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
            Exception error = Assert.ThrowsAny<Exception>(() => DescriptorExchange.Fetch(ticket));
            Assert.True(error is InvalidDataException or DescriptorUnavailableException, error.ToString());
        }
    }

    protected override void OnEnd()
    {
        base.OnEnd();
        File.Delete(_path);
    }

    private static int Greet(Socket socket)
    {
        using Socket own = socket;
        return own.Send("hello from there"u8);
    }

    private static int MakePipeAndServe(PipeConnection end)
    {
        using PipeConnection own = end;
        (PipeConnection mine, PipeConnection theirs) = Pipe.Create();
        own.Send(theirs);
        theirs.Dispose();
        mine.Send(mine.Receive<int>() + 1);
        mine.Dispose();
        return 1;
    }

    private static int UseWhatComes(PipeConnection end)
    {
        using PipeConnection own = end;
        (PipeConnection far, PipeConnection writer) = own.Receive<(PipeConnection, PipeConnection)>();
        far.Send("through the end");
        writer.Send(writer.CanSend);
        writer.Send(writer.CanReceive);
        far.Dispose();
        writer.Dispose();
        return 1;
    }

    private static byte[] TicketFor(PipeConnection end)
    {
        using var writer = new PayloadWriter();
        new ValueCodec(CodecDirection.FromChild).Write(writer, end, typeof(PipeConnection), "the end");
        return writer.WrittenSpan.ToArray();
    }

    private static PipeConnection Redeem(byte[] ticket)
    {
        var reader = new PayloadReader(ticket);
        return (PipeConnection)new ValueCodec(CodecDirection.FromChild).Read(ref reader, typeof(PipeConnection))!;
    }
}
