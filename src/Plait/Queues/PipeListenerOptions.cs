namespace Plait.Queues;

/// <summary>How a <see cref="PipeListener"/> lets clients in.</summary>
public sealed class PipeListenerOptions
{
    /// <summary>The secret that both sides must prove to know, of any length (an empty one is a key too); null to let every process of this user in without one. Copied.</summary>
    public byte[]? Key { get; set; }

    /// <summary>How many clients may wait to be accepted; 1 or more. More are made to wait in their <c>Connect</c>.</summary>
    public int Backlog { get; set; } = 64;

    /// <summary>How long a client may take to answer once it is connected; positive, at most 24 days.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal PipeListenerOptions CopyChecked()
    {
        if (Backlog < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Backlog), Backlog, $"{nameof(Backlog)} is 1 or more.");
        }

        if (HandshakeTimeout <= TimeSpan.Zero || HandshakeTimeout.TotalMilliseconds > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(HandshakeTimeout), HandshakeTimeout, $"{nameof(HandshakeTimeout)} is positive and at most 24 days.");
        }

        return new PipeListenerOptions { Key = Key is null ? null : [.. Key], Backlog = Backlog, HandshakeTimeout = HandshakeTimeout };
    }
}
