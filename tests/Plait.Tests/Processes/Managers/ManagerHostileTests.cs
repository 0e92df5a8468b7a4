using System.Buffers.Binary;
using System.Security.Cryptography;
using Plait.Codecs;
using Plait.Interop;
using Plait.Processes;
using Plait.Processes.Managers;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>What connects to the socket and is no client of ours, or a client that says what cannot be. The server drops it and serves the others.</summary>
public sealed class ManagerHostileTests : ProcessTest
{
    private const int OpeningBytes = 8 + 32;
    private const int Seed = 20261121;

    [Fact]
    public void Connect_WithRandomBytes_IsDroppedAndTheOthersAreServed()
    {
        using Manager manager = StartQuietly();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        var random = new Random(Seed);
        for (int i = 0; i < 100; i++)
        {
            byte[] bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            using StreamSocket socket = StreamSocket.Connect(manager.Client.Address.Path);
            _ = socket.Send(bytes, default, default);
            if (i % 2 == 0)
            {
                // Less than the answer is waited for; the end of the stream is not.
                socket.Shutdown();
            }

            Assert.True(bytes.Length < 81 && i % 2 != 0 || ReadsToTheEnd(socket), $"Connection {i} with {bytes.Length} bytes was not dropped.");
        }

        Assert.Equal(1, counter.Add(1));
        Assert.Equal(1, manager.GetStatistics().Clients);
    }

    [Fact]
    public void Connect_WithoutTheSecret_IsDropped()
    {
        using Manager manager = StartQuietly();
        using StreamSocket socket = StreamSocket.Connect(manager.Client.Address.Path);
        byte[] opening = Read(socket, OpeningBytes);
        byte[] answer = new byte[81];
        RandomNumberGenerator.Fill(answer);
        answer[64] = (byte)ConnectionRole.Session;

        Assert.True(socket.Send(answer, default, default));

        Assert.Equal("PLAITMG1"u8.ToArray(), opening[..8]);
        Assert.Equal(0, socket.Receive(new byte[32]));
        Assert.Equal(1, manager.GetStatistics().Clients);
    }

    [Fact]
    public void Connect_WithAProofFromAnotherConnection_IsDropped()
    {
        using Manager manager = StartQuietly();
        Guid id = manager.Client.Address.Id;
        var session = Guid.NewGuid();
        byte[] recorded = Answer(Read(Open(manager, out StreamSocket first), OpeningBytes), id, session);
        using StreamSocket second = StreamSocket.Connect(manager.Client.Address.Path);
        _ = Read(second, OpeningBytes);
        first.Dispose();

        Assert.True(second.Send(recorded, default, default));

        Assert.Equal(0, second.Receive(new byte[32]));
    }

    [Fact]
    public void Join_AtAListenerThatDoesNotKnowTheSecret_IsRefused()
    {
        string path = Path.Combine(Path.GetTempPath(), $"plait-test-{Guid.NewGuid():N}");
        using StreamSocket listener = StreamSocket.Listen(path);
        try
        {
            using StreamSocket socket = StreamSocket.Connect(path);
            using StreamSocket false1 = listener.Accept()!;
            byte[] opening = new byte[OpeningBytes];
            "PLAITMG1"u8.CopyTo(opening);
            _ = false1.Send(opening, new byte[32], default);

            var error = Assert.Throws<InvalidDataException>(() => Handshake.Join(socket, Guid.NewGuid(), ConnectionRole.Lane, Guid.NewGuid()));

            Assert.Contains("secret", error.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Frames_OfAnAdmittedClientThatMakeNoSense_DropItAndHarmNobody()
    {
        using Manager manager = StartQuietly();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        var random = new Random(Seed);
        for (int i = 0; i < 300; i++)
        {
            var session = Guid.NewGuid();
            using StreamSocket socket = Admit(manager, ConnectionRole.Session, session);
            using StreamSocket lane = Admit(manager, ConnectionRole.Lane, session);
            byte[] frame = new byte[random.Next(1, 60)];
            random.NextBytes(frame);
            frame[0] = (byte)random.Next(0, 12);
            if (frame[0] == (byte)RequestKind.Shutdown)
            {
                frame[0] = 0;
            }

            _ = socket.Send(Length(frame.Length), frame, default);
            _ = lane.Send(Length(frame.Length), frame, default);
            if (i % 3 == 0)
            {
                _ = lane.Send(Length(int.MaxValue), frame, default);
            }
            else if (i % 3 == 1)
            {
                _ = lane.Send(Length(-random.Next()), frame, default);
            }
        }

        Assert.Equal(1, counter.Add(1));
    }

    [Fact]
    public void Frames_WithTruncatedCalls_AreAnsweredOrDropped()
    {
        using Manager manager = StartQuietly();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        ManagedContract contract = ContractTable.Get(typeof(ICounter));
        using var writer = new PayloadWriter();
        writer.WriteByte((byte)RequestKind.Call);
        writer.WriteVarint(1);
        writer.WriteVarint(((ulong)contract.Number << 1) | 1);
        writer.Begin("the contract");
        TypeReference.Write(writer, typeof(ICounter));
        writer.WriteInt64(contract.Fingerprint);
        writer.WriteVarint((ulong)((ManagedProxy)counter).Reference.Id);
        writer.WriteVarint(4);
        byte[] whole = [.. writer.WrittenSpan, Marker.Exact, 1, 0, 0, 0];
        for (int length = 1; length < whole.Length; length++)
        {
            var session = Guid.NewGuid();
            using StreamSocket socket = Admit(manager, ConnectionRole.Session, session);
            using StreamSocket lane = Admit(manager, ConnectionRole.Lane, session);
            _ = lane.Send(Length(length), whole.AsSpan(0, length), default);
            byte[] prefix = new byte[4];
            int count = lane.Receive(prefix);
            Assert.True(count is 0 or 4, $"{count} bytes came for {length} of {whole.Length}.");
        }

        Assert.Equal(0, counter.Value);
    }

    [Fact]
    public void Call_WithAnotherFingerprint_IsToldThatTheBuildsDiffer()
    {
        using Manager manager = StartQuietly();
        ManagedContract contract = ContractTable.Get(typeof(ICounter));
        var session = Guid.NewGuid();
        using StreamSocket socket = Admit(manager, ConnectionRole.Session, session);
        using StreamSocket lane = Admit(manager, ConnectionRole.Lane, session);
        using var writer = new PayloadWriter();
        writer.WriteByte((byte)RequestKind.Call);
        writer.WriteVarint(7);
        writer.WriteVarint(((ulong)contract.Number << 1) | 1);
        writer.Begin("the contract");
        TypeReference.Write(writer, typeof(ICounter));
        writer.WriteInt64(contract.Fingerprint + 1);
        writer.WriteVarint(1);
        writer.WriteVarint(0);

        _ = lane.Send(Length(writer.WrittenCount), writer.WrittenSpan, default);

        byte[] reply = Read(lane, BinaryPrimitives.ReadInt32LittleEndian(Read(lane, 4)));
        var reader = new PayloadReader(reply.AsSpan(3));
        Assert.Equal((byte)ReplyKind.Threw, reply[0]);
        Assert.Contains("builds", ExceptionCodec.Read(ref reader, typeof(Manager).Assembly).Message);
    }

    [Fact]
    public void Call_OfAMethodThatIsNotThere_IsAnError()
    {
        using Manager manager = StartQuietly();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        ManagedCall call = manager.Client.Begin((ManagedProxy)counter, 99);

        Assert.Contains("no method 99", Assert.Throws<InvalidDataException>(call.Invoke).Message);
        Assert.Equal(1, counter.Add(1));
    }

    [Fact]
    public void Call_OfAnObjectThatWasReleased_SaysSo()
    {
        using Manager manager = StartQuietly();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        ICounter stale = (ICounter)(object)ManagedProxy.Create(ContractTable.Get(typeof(ICounter)), new ManagedReference(manager.Client, 4711));
        Manager.Release(counter);

        var error = Assert.Throws<ObjectDisposedException>(() => stale.Add(1));

        Assert.Contains("no object #4711", error.Message);
    }

    [Fact]
    public void Call_ByAContractThatTheObjectDoesNotHave_IsAnError()
    {
        using Manager manager = StartQuietly();
        var counter = (ManagedProxy)manager.Create<ICounter>(static () => new Counter(0));
        var clerk = (IClerk)(object)ManagedProxy.Create(ContractTable.Get(typeof(IClerk)), new ManagedReference(manager.Client, counter.Reference.Id));

        Assert.Contains(nameof(Counter), Assert.Throws<InvalidDataException>(() => clerk.Name()).Message);
    }

    // What the server says about those it drops is not the test's.
    private static Manager StartQuietly() => Manager.Start(new ManagerOptions { Process = { StandardError = ChildOutput.Null } });

    private static byte[] Length(int length)
    {
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
        return prefix;
    }

    private static StreamSocket Open(Manager manager, out StreamSocket socket) => socket = StreamSocket.Connect(manager.Client.Address.Path);

    private static StreamSocket Admit(Manager manager, ConnectionRole role, Guid session)
    {
        StreamSocket socket = StreamSocket.Connect(manager.Client.Address.Path);
        Assert.True(Handshake.Join(socket, manager.Client.Address.Id, role, session));
        return socket;
    }

    // As docs/design/manager.md has it, by hand.
    private static byte[] Answer(byte[] opening, Guid manager, Guid session)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(32);
        byte[] role = [(byte)ConnectionRole.Session];
        byte[] proof = HMACSHA256.HashData(TreeMemory.Secret, (byte[])[.. "client"u8, .. manager.ToByteArray(), .. opening[8..], .. nonce, .. role, .. session.ToByteArray()]);
        return [.. nonce, .. proof, .. role, .. session.ToByteArray()];
    }

    private static bool ReadsToTheEnd(StreamSocket socket)
    {
        byte[] buffer = new byte[256];
        while (socket.Receive(buffer) > 0)
        {
        }

        return true;
    }

    private static byte[] Read(StreamSocket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int more = socket.Receive(bytes.AsSpan(have));
            Assert.NotEqual(0, more);
            have += more;
        }

        return bytes;
    }
}
