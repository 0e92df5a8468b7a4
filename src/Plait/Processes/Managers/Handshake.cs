using System.Buffers.Binary;
using System.Security.Cryptography;
using Plait.Interop;
using Plait.Synchronization.Engine;

namespace Plait.Processes.Managers;

/// <summary>
/// The first bytes on a connection: each side shows the other that it knows the secret of the process tree, without saying it. Fixed sizes, and nothing
/// is allocated or started for a client before it has shown it.
/// </summary>
/// <remarks>
/// Server: magic 8, nonce 32. Client: nonce 32, proof 32, role 1, session 16. Server: proof 32. A proof is an HMAC-SHA256 over the direction, the manager,
/// both nonces, the role and the session, so that none can be used for anything else.
/// </remarks>
internal static class Handshake
{
    /// <summary>"PLAITMG1" read as a little-endian number: the version is part of it.</summary>
    private const ulong Magic = 0x3147_4D54_4941_4C50;

    private const int NonceBytes = 32;
    private const int ProofBytes = 32;
    private const int OpeningBytes = sizeof(ulong) + NonceBytes;
    private const int AnswerBytes = NonceBytes + ProofBytes + 1 + 16;

    /// <summary>How long the other side may take for its part.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The client's part. False: the other side is not there any more, or does not know the secret.</summary>
    /// <exception cref="InvalidDataException">The other side is another build, or another user's.</exception>
    public static bool Join(StreamSocket socket, Guid manager, ConnectionRole role, Guid session)
    {
        CheckUser(socket, "server");
        long deadline = MonotonicClock.After(Limit);
        Span<byte> opening = stackalloc byte[OpeningBytes];
        if (!Fill(socket, opening, deadline))
        {
            return false;
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(opening) != Magic)
        {
            throw new InvalidDataException("What listens there is no manager of this build of Plait.");
        }

        Span<byte> answer = stackalloc byte[AnswerBytes];
        Span<byte> nonce = answer[..NonceBytes];
        Randomize(nonce);
        ReadOnlySpan<byte> theirs = opening[sizeof(ulong)..];
        Prove("client", manager, theirs, nonce, role, session, answer.Slice(NonceBytes, ProofBytes));
        answer[NonceBytes + ProofBytes] = (byte)role;
        _ = session.TryWriteBytes(answer[(NonceBytes + ProofBytes + 1)..]);
        Span<byte> proof = stackalloc byte[ProofBytes];
        Span<byte> expected = stackalloc byte[ProofBytes];
        if (!socket.Send(answer, default, default) || !Fill(socket, proof, deadline))
        {
            return false;
        }

        Prove("server", manager, theirs, nonce, role, session, expected);
        return CryptographicOperations.FixedTimeEquals(proof, expected)
            ? true
            : throw new InvalidDataException("What listens there does not know the secret of this process tree.");
    }

    /// <summary>The server's part. False: the connection is to be dropped.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="manager">The server's manager.</param>
    /// <param name="enter">Makes room for the client, before it is told that it is admitted; false if it cannot be.</param>
    public static bool Admit(StreamSocket socket, Guid manager, Func<ConnectionRole, Guid, bool> enter)
    {
        if (socket.Peer.User != LockedFile.CurrentUser)
        {
            return false;
        }

        long deadline = MonotonicClock.After(Limit);
        Span<byte> opening = stackalloc byte[OpeningBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(opening, Magic);
        Span<byte> ours = opening[sizeof(ulong)..];
        Randomize(ours);
        Span<byte> answer = stackalloc byte[AnswerBytes];
        if (!socket.Send(opening, default, default) || !Fill(socket, answer, deadline))
        {
            return false;
        }

        var role = (ConnectionRole)answer[NonceBytes + ProofBytes];
        var session = new Guid(answer[(NonceBytes + ProofBytes + 1)..]);
        Span<byte> proof = stackalloc byte[ProofBytes];
        Prove("client", manager, ours, answer[..NonceBytes], role, session, proof);
        if (role is not (ConnectionRole.Session or ConnectionRole.Lane) || !CryptographicOperations.FixedTimeEquals(proof, answer.Slice(NonceBytes, ProofBytes)))
        {
            return false;
        }

        Prove("server", manager, ours, answer[..NonceBytes], role, session, proof);
        return enter(role, session) && socket.Send(proof, default, default);
    }

    private static void CheckUser(StreamSocket socket, string what)
    {
        uint user = socket.Peer.User;
        if (user != LockedFile.CurrentUser)
        {
            throw new InvalidDataException($"The {what} runs as user {user}, not as {LockedFile.CurrentUser}.");
        }
    }

    private static bool Fill(StreamSocket socket, Span<byte> buffer, long deadline)
    {
        while (!buffer.IsEmpty)
        {
            int count = socket.WaitReadable(deadline) ? socket.Receive(buffer) : 0;
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }

    // Version 4 identifiers come from the kernel's generator, 122 bits each.
    private static void Randomize(Span<byte> nonce)
    {
        _ = Guid.NewGuid().TryWriteBytes(nonce);
        _ = Guid.NewGuid().TryWriteBytes(nonce[16..]);
    }

    private static void Prove(
        string direction, Guid manager, ReadOnlySpan<byte> serverNonce, ReadOnlySpan<byte> clientNonce, ConnectionRole role, Guid session, Span<byte> proof)
    {
        const int DirectionBytes = 6;
        Span<byte> text = stackalloc byte[DirectionBytes + 16 + NonceBytes + NonceBytes + 1 + 16];
        for (int i = 0; i < DirectionBytes; i++)
        {
            text[i] = (byte)direction[i];
        }

        _ = manager.TryWriteBytes(text[DirectionBytes..]);
        serverNonce.CopyTo(text[(DirectionBytes + 16)..]);
        clientNonce.CopyTo(text[(DirectionBytes + 16 + NonceBytes)..]);
        text[DirectionBytes + 16 + NonceBytes + NonceBytes] = (byte)role;
        _ = session.TryWriteBytes(text[(DirectionBytes + 16 + NonceBytes + NonceBytes + 1)..]);
        _ = HMACSHA256.HashData(TreeMemory.Secret, text, proof);
    }
}
