using System.Security.Authentication;

namespace Plait.Queues.Pipes;

/// <summary>The client's side of a <see cref="Handshake"/>: given the listener's packets one after the other, it says what to send.</summary>
internal sealed class ClientHandshake(string path, byte[]? key)
{
    private byte[]? _greeting;
    private byte[]? _reply;

    /// <summary>Room for the longest packet of a listener, and a byte more.</summary>
    public const int Room = Handshake.GreetingSize + 1;

    /// <summary>What to send now; null when the client is let in.</summary>
    /// <exception cref="AuthenticationException">It is not let in, or does not want to be.</exception>
    public byte[]? Next(ReadOnlySpan<byte> packet)
    {
        if (_greeting is null)
        {
            _reply = Handshake.Reply(packet, key) ?? throw new AuthenticationException($"What listens at '{path}' is no listener of Plait, or one of another build.");
            _greeting = packet.ToArray();
            return key is null || Handshake.WantsKey(_greeting)
                ? _reply
                : throw new AuthenticationException($"The listener at '{path}' wants no key and so proves nothing, but a key was given: it may not be the one you mean. Connect without a key if it is.");
        }

        bool isLetIn = Handshake.IsLetIn(_greeting, _reply, packet, key, out bool isProven);
        if (!isLetIn)
        {
            throw new AuthenticationException(key is null && Handshake.WantsKey(_greeting)
                ? $"The listener at '{path}' wants a key, and none was given."
                : $"The listener at '{path}' refused the key: it has another one.");
        }

        return isProven ? null : throw new AuthenticationException($"The listener at '{path}' could not prove that it knows the key: it is not the one you mean. Nothing was sent to it.");
    }
}
