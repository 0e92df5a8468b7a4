using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Plait.Codecs;

/// <summary>
/// The only file but its converter that touches System.Text.Json. Options carry their own resolver, since programs may
/// have the reflection default switched off. Members without a JSON contract of their own are written by the codec, in
/// base64, so that nothing is lost inside either.
/// </summary>
internal static class JsonValues
{
    private static readonly JsonSerializerOptions s_options = MakeOptions();

    [ThreadStatic]
    private static Context? t_context;

    /// <summary>The codec that the members of the value at hand go through, and the words for where it is.</summary>
    public static Context Current => t_context ?? throw new InvalidOperationException("Plait's JSON options only work inside its codec.");

    public static void Write(PayloadWriter writer, object value, Type type, ValueCodec codec)
    {
        Context? outer = t_context;
        t_context = new Context(codec, TravelPath.Describe(writer, type).Place);
        try
        {
            using var json = new PayloadWriter();
            using (var text = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = false }))
            {
                JsonSerializer.Serialize(text, value, type, s_options);
            }

            writer.WriteBulk(json.WrittenSpan);
        }
        catch (Exception e) when (e is not CannotTravelException)
        {
            throw e.InnerException as CannotTravelException ?? Refusals.Failed(writer, type, $"its JSON contract failed: {e.Message}", e);
        }
        finally
        {
            t_context = outer;
        }
    }

    public static object Read(ReadOnlySpan<byte> json, Type type, ValueCodec codec)
    {
        Context? outer = t_context;
        t_context = new Context(codec, "");
        try
        {
            return JsonSerializer.Deserialize(json, type, s_options)
                ?? throw new InvalidDataException($"The message holds JSON null where a {type} belongs.");
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            throw new InvalidDataException($"The message holds JSON that makes no {type}: {e.Message}", e);
        }
        finally
        {
            t_context = outer;
        }
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RefuseOtherTypes } },
            IncludeFields = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            MaxDepth = 256,
        };
        options.Converters.Add(new CodecConverterFactory());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>A derived object under its base's contract would lose its own fields silently.</summary>
    private static void RefuseOtherTypes(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.PolymorphismOptions is not null)
        {
            return;
        }

        Action<object>? users = info.OnSerializing;
        Type declared = info.Type;
        info.OnSerializing = value =>
        {
            if (value.GetType() != declared)
            {
                throw new CannotTravelException(
                    $"A {value.GetType()} inside {Current.Place} cannot travel to another process: the JSON contract there is that of {declared}, " +
                    "which would lose the rest of it. Declare the derived types with [JsonDerivedType], or declare the member as what it is.",
                    "",
                    value.GetType().ToString(),
                    null);
            }

            users?.Invoke(value);
        };
    }

    internal sealed record Context(ValueCodec Codec, string Place);
}
