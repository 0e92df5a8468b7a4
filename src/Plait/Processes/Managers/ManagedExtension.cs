using Plait.Codecs;

namespace Plait.Processes.Managers;

/// <summary>
/// Proxies and managers on their way to any process of the tree: in arguments, results, captured variables and queues. The server keeps the object until
/// the proxy has arrived. In the server's own process it becomes the object itself.
/// </summary>
internal sealed class ManagedExtension : IValueExtension
{
    /// <summary>Has every codec of this process know proxies.</summary>
    public static void Enter()
    {
        if (ValueExtensions.All[(int)ExtensionKind.Managed] is null)
        {
            ValueExtensions.Enter(ExtensionKind.Managed, new ManagedExtension());
        }
    }

    public bool Handles(object value) => value is ManagedProxy or Manager;

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (value is Manager manager)
        {
            writer.WriteByte(ManagedValue.Itself);
            manager.Client.Address.Write(writer);
            writer.WriteInt64(manager.Client.DefaultTimeout.Ticks);
            return;
        }

        var proxy = (ManagedProxy)value;
        ObjectDisposedException.ThrowIf(proxy.IsDisposed, proxy.Contract.Interface);
        ManagerClient client = proxy.Reference.Client;
        proxy.Reference.Redeem();
        Guid ticket = client.Hold(proxy.Reference.Id);
        writer.WriteByte(ManagedValue.Elsewhere);
        client.Address.Write(writer);
        writer.WriteInt64(client.DefaultTimeout.Ticks);
        writer.WriteInt64(proxy.CallTimeout?.Ticks ?? 0);
        writer.WriteVarint((ulong)proxy.Reference.Id);
        writer.WriteGuid(ticket);

        // An answer cannot choose a type: there the declared one decides.
        bool isNamed = codec.Direction == CodecDirection.ToChild;
        writer.WriteBool(isNamed);
        if (isNamed)
        {
            TypeReference.Write(writer, proxy.Contract.Interface);
        }
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        byte what = reader.ReadByte();
        if (what is not (ManagedValue.Elsewhere or ManagedValue.Itself))
        {
            throw new InvalidDataException($"The message has a thing of a manager of kind {what}; outside of the manager's own calls there are {ManagedValue.Elsewhere} and {ManagedValue.Itself}.");
        }

        ManagerAddress address = ManagerAddress.Read(ref reader);
        TimeSpan defaultTimeout = ReadTimeout(ref reader);
        if (what == ManagedValue.Itself)
        {
            return new Manager(ManagerClient.For(address, defaultTimeout));
        }

        TimeSpan timeout = ReadTimeout(ref reader);
        long id = (long)reader.ReadVarint();
        Guid ticket = reader.ReadGuid();
        Type type = declaredType;
        if (reader.ReadBool())
        {
            type = codec.Direction == CodecDirection.ToChild ? TypeReference.Read(ref reader) : throw new InvalidDataException("An answer tried to name the contract of a proxy.");
        }

        if (ManagerServer.Current is { } server && server.Address.Id == address.Id)
        {
            return server.TakeHeld(id, ticket);
        }

        ManagedContract contract = ContractTable.Find(type)
            ?? throw new InvalidDataException($"The message holds a proxy where a {type} belongs, which is no managed contract. Declare the contract itself.");
        ManagedProxy proxy = ManagedProxy.Create(contract, new ManagedReference(ManagerClient.For(address, defaultTimeout), id, ticket));
        return timeout == TimeSpan.Zero ? proxy : proxy.Take(timeout);
    }

    private static TimeSpan ReadTimeout(ref PayloadReader reader)
    {
        var timeout = TimeSpan.FromTicks(reader.ReadInt64());
        return timeout >= TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan ? timeout : throw new InvalidDataException($"The message holds {timeout} where a timeout belongs.");
    }
}
