using System.Security.Authentication;
using Plait.Queues.Pipes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>The proofs of both sides, packet by packet.</summary>
public sealed class HandshakeTests
{
    private static readonly byte[] s_key = [1, 2, 3];

    [Fact]
    public void Proofs_OfTheSameKey_LetBothIn()
    {
        byte[] greeting = Handshake.Greet(s_key);
        var client = new ClientHandshake("there", s_key);
        byte[] reply = client.Next(greeting)!;
        byte[] verdict = Handshake.Judge(greeting, reply, s_key, out bool isLetIn)!;

        Assert.True(isLetIn);
        Assert.Null(client.Next(verdict));
    }

    [Fact]
    public void Proof_WithAnyBitChanged_IsRefused()
    {
        byte[] greeting = Handshake.Greet(s_key);
        byte[] reply = Handshake.Reply(greeting, s_key)!;
        byte[] verdict = Handshake.Judge(greeting, reply, s_key, out _)!;
        for (int at = 9; at < reply.Length; at++)
        {
            byte[] changed = [.. reply];
            changed[at] ^= 1;
            Handshake.Judge(greeting, changed, s_key, out bool isLetIn);
            Assert.False(isLetIn);
        }

        for (int at = 8; at < verdict.Length; at++)
        {
            byte[] changed = [.. verdict];
            changed[at] ^= 1;
            Assert.False(Handshake.IsLetIn(greeting, reply, changed, s_key, out bool isProven) && isProven);
        }
    }

    [Fact]
    public void Challenge_FromAListenerWithoutTheKey_IsRefusedByTheClient()
    {
        byte[] greeting = Handshake.Greet([9]);
        var client = new ClientHandshake("there", s_key);
        byte[] reply = client.Next(greeting)!;

        // It lets everybody in, and can prove nothing.
        byte[] verdict = Handshake.Judge(greeting, reply, key: null, out bool isLetIn)!;
        Assert.True(isLetIn);
        Assert.Contains("prove", Assert.Throws<AuthenticationException>(() => client.Next(verdict)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Proof_OfTheOtherRole_IsNoProof()
    {
        // What a client proved, given back as the listener's proof; and the listener's own greeting as a client's nonce.
        byte[] greeting = Handshake.Greet(s_key);
        var client = new ClientHandshake("there", s_key);
        byte[] reply = client.Next(greeting)!;
        byte[] mirrored = [.. reply.AsSpan(0, 8), 1, .. reply.AsSpan(41, 32)];
        Assert.Throws<AuthenticationException>(() => client.Next(mirrored));

        byte[] second = Handshake.Greet(s_key);
        byte[] relayed = Handshake.Reply(greeting, s_key)!;
        Handshake.Judge(second, relayed, s_key, out bool isLetIn);
        Assert.False(isLetIn);
    }

    [Fact]
    public void Packets_OfAnotherProtocol_AreRefused()
    {
        byte[] greeting = Handshake.Greet(s_key);
        byte[] reply = Handshake.Reply(greeting, s_key)!;
        Assert.Null(Handshake.Judge(greeting, reply.AsSpan(1), s_key, out _));
        Assert.Null(Handshake.Judge(greeting, [.. reply, 0], s_key, out _));
        Assert.Null(Handshake.Reply(greeting.AsSpan(0, 20), s_key));
        Assert.Throws<AuthenticationException>(() => new ClientHandshake("there", s_key).Next([]));
        Assert.Throws<AuthenticationException>(() => new ClientHandshake("there", s_key).Next("#CHALLENGE#something"u8));
    }

    [Fact]
    public void Greetings_OfOneListener_AreNeverTheSame() => Assert.NotEqual(Handshake.Greet(s_key), Handshake.Greet(s_key));
}
