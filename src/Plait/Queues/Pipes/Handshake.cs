using System.Security.Cryptography;

namespace Plait.Queues.Pipes;

/// <summary>
/// How a client and a listener prove to each other that they know the key, without showing it. Three packets: the listener's nonce; the
/// client's nonce and proof; the listener's verdict and proof. A proof is an HMAC-SHA256 over the role of who gives it and both nonces, so that
/// neither an old one nor the other side's own can be given back.
/// </summary>
internal static class Handshake
{
    public const int NonceSize = 32;
    public const int ProofSize = 32;

    /// <summary>magic, whether a key is wanted, the listener's nonce.</summary>
    public const int GreetingSize = 8 + 1 + NonceSize;

    /// <summary>magic, whether there is a key, the client's nonce, its proof.</summary>
    public const int ReplySize = 8 + 1 + NonceSize + ProofSize;

    /// <summary>magic, whether it is let in, the listener's proof.</summary>
    public const int VerdictSize = 8 + 1 + ProofSize;

    private const int FlagAt = 8;
    private const int NonceAt = 9;
    private const int ReplyProofAt = NonceAt + NonceSize;
    private const int VerdictProofAt = 9;

    private static ReadOnlySpan<byte> Magic => "PlaitPi1"u8;

    private static ReadOnlySpan<byte> ClientRole => "Plait pipe: client"u8;

    private static ReadOnlySpan<byte> ListenerRole => "Plait pipe: listener"u8;

    /// <summary>The listener's first packet.</summary>
    public static byte[] Greet(byte[]? key)
    {
        byte[] greeting = new byte[GreetingSize];
        Magic.CopyTo(greeting);
        greeting[FlagAt] = key is null ? (byte)0 : (byte)1;
        if (key is not null)
        {
            RandomNumberGenerator.Fill(greeting.AsSpan(NonceAt));
        }

        return greeting;
    }

    /// <summary>The client's answer; null when what it got is no greeting.</summary>
    public static byte[]? Reply(ReadOnlySpan<byte> greeting, byte[]? key)
    {
        if (!IsOurs(greeting, GreetingSize))
        {
            return null;
        }

        byte[] reply = new byte[ReplySize];
        Magic.CopyTo(reply);
        if (key is not null && WantsKey(greeting))
        {
            reply[FlagAt] = 1;
            RandomNumberGenerator.Fill(reply.AsSpan(NonceAt, NonceSize));
            Prove(key, ClientRole, greeting[NonceAt..], reply.AsSpan(NonceAt, NonceSize), reply.AsSpan(ReplyProofAt));
        }

        return reply;
    }

    public static bool WantsKey(ReadOnlySpan<byte> greeting) => greeting[FlagAt] != 0;

    /// <summary>The listener's verdict, and whether the client is let in; null when what came is no reply.</summary>
    public static byte[]? Judge(ReadOnlySpan<byte> greeting, ReadOnlySpan<byte> reply, byte[]? key, out bool isLetIn)
    {
        isLetIn = false;
        if (!IsOurs(reply, ReplySize))
        {
            return null;
        }

        byte[] verdict = new byte[VerdictSize];
        Magic.CopyTo(verdict);
        isLetIn = key is null || (reply[FlagAt] == 1 && IsProven(key, ClientRole, greeting[NonceAt..], reply.Slice(NonceAt, NonceSize), reply[ReplyProofAt..]));
        if (isLetIn)
        {
            verdict[FlagAt] = 1;
            if (key is not null)
            {
                Prove(key, ListenerRole, reply.Slice(NonceAt, NonceSize), greeting[NonceAt..], verdict.AsSpan(VerdictProofAt));
            }
        }

        return verdict;
    }

    /// <summary>Whether the verdict lets the client in, and comes from somebody who knows the key.</summary>
    public static bool IsLetIn(ReadOnlySpan<byte> greeting, ReadOnlySpan<byte> reply, ReadOnlySpan<byte> verdict, byte[]? key, out bool isProven)
    {
        bool isVerdict = IsOurs(verdict, VerdictSize);
        isProven = isVerdict && (key is null || IsProven(key, ListenerRole, reply.Slice(NonceAt, NonceSize), greeting[NonceAt..], verdict[VerdictProofAt..]));
        return isVerdict && verdict[FlagAt] == 1;
    }

    private static bool IsOurs(ReadOnlySpan<byte> packet, int size) => packet.Length == size && packet.StartsWith(Magic);

    private static void Prove(byte[] key, ReadOnlySpan<byte> role, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> own, Span<byte> proof) =>
        HMACSHA256.HashData(key, [.. role, .. theirs, .. own], proof);

    private static bool IsProven(byte[] key, ReadOnlySpan<byte> role, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> own, ReadOnlySpan<byte> proof)
    {
        Span<byte> expected = stackalloc byte[ProofSize];
        Prove(key, role, theirs, own, expected);
        return CryptographicOperations.FixedTimeEquals(expected, proof);
    }
}
