using Plait.Codecs;

namespace Plait.Processes.Managers;

/// <summary>
/// In the server, for one call: numbers become the objects, and objects that a contract describes become numbers, each counted for the client that gets it.
/// </summary>
internal sealed class ServerExtension(ManagerServer server) : IValueExtension
{
    private readonly ManagedExtension _others = new();

    /// <summary>Objects of the answer, with a use each.</summary>
    public List<ServedObject> Granted { get; } = [];

    public bool Handles(object value) => _others.Handles(value) || ContractTable.IsServed(value.GetType());

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (_others.Handles(value))
        {
            _others.Write(writer, value, codec);
            return;
        }

        ServedObject served = server.Objects.Add(value, wanted: null, isOwned: false);
        Granted.Add(served);
        writer.WriteByte(ManagedValue.Here);
        writer.WriteVarint((ulong)served.Id);
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        PayloadReader peek = reader;
        if (peek.ReadByte() != ManagedValue.Here)
        {
            return _others.Read(ref reader, declaredType, codec);
        }

        _ = reader.ReadByte();

        // The caller keeps its proxy until the call is over, so the object stays without a use of ours.
        ServedObject served = server.Objects.Use((long)reader.ReadVarint());
        served.GiveAway();
        object target = served.Target;
        server.Objects.Unuse(served);
        return target;
    }
}
