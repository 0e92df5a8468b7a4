using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Codecs;

/// <summary>Process scopes and what they made travel as numbers: the memory is the same on the other side.</summary>
internal sealed class ScopeExtension : IValueExtension
{
    private const byte ScopeItself = 0;
    private const byte Primitive = 1;

    public bool Handles(object value) => value is Scope or Synchronizer;

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var scope = value as Scope ?? (Scope)((Synchronizer)value).Scope;
        if (scope is not ProcessScope)
        {
            throw Refusals.ThreadScope(writer, value, scope.Name);
        }

        writer.WriteByte(value is Scope ? ScopeItself : Primitive);
        writer.WriteBool(((ProcessScope)scope).IsNamed);
        writer.WriteInt32((int)scope.Id);
        writer.WriteString(scope.Name);
        writer.WriteInt32(value is Synchronizer primitive ? (int)primitive.Index : 0);
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        byte what = reader.ReadByte();
        bool isNamed = reader.ReadBool();
        uint id = (uint)reader.ReadInt32();
        string name = reader.ReadString();
        uint index = (uint)reader.ReadInt32();
        ProcessScope scope = Find(isNamed, id, name, codec.Direction);
        return what switch
        {
            ScopeItself => scope,
            Primitive => scope.Attach(index),
            _ => throw new InvalidDataException($"The message has a thing of a scope of kind {what}; this side knows {ScopeItself} and {Primitive}."),
        };
    }

    /// <summary>A scope that travelled.</summary>
    /// <exception cref="InvalidDataException">There is none here.</exception>
    public static ProcessScope Find(bool isNamed, uint id, string name, CodecDirection direction) =>
        isNamed ? Named(name, direction) : new ProcessScope(TreeMemory.Memory, id, name);

    // Bytes from a child open no files here: it can only have what was open already.
    private static ProcessScope Named(string name, CodecDirection direction)
    {
        if (direction == CodecDirection.FromChild && !NamedMemories.IsOpen(name))
        {
            throw new InvalidDataException($"The message has something of the scope named '{name}', which this process has not opened.");
        }

        try
        {
            return ProcessScope.FromNamedMemory(name);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"The message names a scope that cannot be: {error.Message}", error);
        }
    }
}
