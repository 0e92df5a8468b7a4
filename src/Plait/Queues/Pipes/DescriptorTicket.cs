using Plait.Codecs;

namespace Plait.Queues.Pipes;

/// <summary>Says where a descriptor that was sent can be fetched, and proves the right to it, once.</summary>
/// <param name="Folder">Where the exchange has its socket.</param>
/// <param name="Exchange">Which exchange: one a process.</param>
/// <param name="Key">Known to nobody but the sender and who got the message.</param>
/// <param name="Secret">The second half of it: 244 random bits together.</param>
internal readonly record struct DescriptorTicket(string Folder, Guid Exchange, Guid Key, Guid Secret)
{
    /// <summary>Bytes of what is shown to the exchange.</summary>
    public const int ClaimSize = 32;

    public const string Extension = ".exchange";

    /// <summary>The socket. Only the folder comes from the sender as text, and it is checked before it is used.</summary>
    public string Path => System.IO.Path.Combine(Folder, $"{Exchange:N}{Extension}");

    public void Write(PayloadWriter writer)
    {
        writer.WriteString(Folder);
        writer.WriteGuid(Exchange);
        writer.WriteGuid(Key);
        writer.WriteGuid(Secret);
    }

    public static DescriptorTicket Read(ref PayloadReader reader) => new(reader.ReadString(), reader.ReadGuid(), reader.ReadGuid(), reader.ReadGuid());

    public void WriteClaim(Span<byte> claim)
    {
        _ = Key.TryWriteBytes(claim);
        _ = Secret.TryWriteBytes(claim[16..]);
    }
}
