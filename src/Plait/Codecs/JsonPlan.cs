using System.Buffers;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>Types that brought a JSON contract. System.Text.Json is loaded when the first of them is written or read, not before.</summary>
internal sealed class JsonPlan : TypePlan
{
    private readonly bool _polymorphic;

    public JsonPlan(Type type)
        : base(Canonical(type))
    {
        _polymorphic = JsonContract.IsPolymorphic(type) || Type.FullName == "System.Text.Json.Nodes.JsonNode";
        Pluggable = true;
        Extensible = true;
    }

    public override bool StandsFor(Type runtimeType) => _polymorphic && Type.IsAssignableFrom(runtimeType);

    public override TypePlan Chosen(TypePlan runtimePlan) => _polymorphic ? this : runtimePlan;

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        writer.Enter(value);
        WriteJson(writer, value, codec);
        writer.Leave();
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        ReadOnlySpan<byte> json = reader.ReadBulkBytes(out IMemoryOwner<byte>? owner);
        using (owner)
        {
            return ReadJson(json, codec);
        }
    }

    // Apart, so that compiling Write and Read does not load System.Text.Json.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteJson(PayloadWriter writer, object value, ValueCodec codec) => JsonValues.Write(writer, value, Type, codec);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private object ReadJson(ReadOnlySpan<byte> json, ValueCodec codec) => JsonValues.Read(json, Type, codec);

    // JsonObject, JsonArray and the hidden JsonValue classes are all written and read as JsonNode.
    private static Type Canonical(Type type)
    {
        for (Type? level = type; level is not null; level = level.BaseType)
        {
            if (level.FullName == "System.Text.Json.Nodes.JsonNode" && level != type)
            {
                return type.IsPublic ? type : level;
            }
        }

        return type;
    }
}
