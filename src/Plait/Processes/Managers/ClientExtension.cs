using Plait.Codecs;

namespace Plait.Processes.Managers;

/// <summary>
/// On a call to a manager: a proxy of one of its own objects is only a number, and arrives as the object itself; a number that comes back is an object that the
/// server has counted for this process.
/// </summary>
internal sealed class ClientExtension(ManagerClient client) : IValueExtension
{
    private readonly ManagedExtension _others = new();
    private List<ManagedReference>? _kept;
    private List<long>? _granted;

    /// <summary>The objects that the arguments name: they must not be released before the call has arrived.</summary>
    public IReadOnlyList<ManagedReference> Kept => _kept ?? (IReadOnlyList<ManagedReference>)[];

    public bool Handles(object value) => _others.Handles(value);

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (value is not ManagedProxy proxy || !ReferenceEquals(proxy.Reference.Client, client))
        {
            _others.Write(writer, value, codec);
            return;
        }

        ObjectDisposedException.ThrowIf(proxy.IsDisposed, proxy.Contract.Interface);
        proxy.Reference.Redeem();
        (_kept ??= []).Add(proxy.Reference);
        writer.WriteByte(ManagedValue.Here);
        writer.WriteVarint((ulong)proxy.Reference.Id);
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        PayloadReader peek = reader;
        if (peek.ReadByte() != ManagedValue.Here)
        {
            return _others.Read(ref reader, declaredType, codec);
        }

        _ = reader.ReadByte();
        long id = (long)reader.ReadVarint();
        ManagedContract contract = ContractTable.Find(declaredType)
            ?? throw new InvalidDataException($"The manager's answer holds one of its objects where a {declaredType} belongs. Declare the result as a managed contract.");
        return _granted?.Remove(id) == true
            ? ManagedProxy.Create(contract, new ManagedReference(client, id))
            : throw new InvalidDataException($"The manager's answer holds object {id}, which it did not count for this process.");
    }

    /// <summary>The objects that the server has counted for this process by an answer, each as often as it occurs there.</summary>
    public void ReadGrants(ref PayloadReader reader)
    {
        int count = reader.ReadCount();
        for (int i = 0; i < count; i++)
        {
            (_granted ??= []).Add((long)reader.ReadVarint());
        }
    }

    /// <summary>Takes one that is not part of a value: what a factory made.</summary>
    public void Take(long id) => _ = _granted?.Remove(id) == true ? true : throw new InvalidDataException($"The manager's answer names object {id}, which it did not count for this process.");

    public void ReleaseRest()
    {
        foreach (long id in _granted ?? [])
        {
            client.Forget(id, ticket: null);
        }

        _granted?.Clear();
    }

    public void Clear()
    {
        _kept?.Clear();
        _granted?.Clear();
    }
}
