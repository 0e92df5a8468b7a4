using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plait.Codecs;

/// <summary>Sends whatever has no JSON contract of its own through the codec, also inside JSON.</summary>
internal sealed class CodecConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert)
    {
        if (Type.GetTypeCode(typeToConvert) != TypeCode.Object || JsonContract.IsJsonValue(typeToConvert))
        {
            return typeToConvert == typeof(char);
        }

        TypePlan plan = PlanTable.For(typeToConvert);
        return plan.Underlying is not JsonPlan && !IsExtensionData(typeToConvert) && typeToConvert != typeof(Guid) && typeToConvert != typeof(Uri);
    }

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(CodecConverter<>).MakeGenericType(typeToConvert))!;

    // [JsonExtensionData] demands the serializer's own handling of these.
    private static bool IsExtensionData(Type type) =>
        typeof(IDictionary<string, JsonElement>).IsAssignableFrom(type) || typeof(IDictionary<string, object>).IsAssignableFrom(type);
}

internal sealed class CodecConverter<T> : JsonConverter<T>
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var payload = new PayloadReader(reader.GetBytesFromBase64());
        return (T?)JsonValues.Current.Codec.Read(ref payload, typeof(T));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        JsonValues.Context context = JsonValues.Current;
        using var payload = new PayloadWriter();
        context.Codec.Write(payload, value, typeof(T), $"a {typeof(T)} inside {context.Place}");
        writer.WriteBase64StringValue(payload.WrittenSpan);
    }
}
