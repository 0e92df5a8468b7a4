using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plait.Tests.Net.Servers;

/// <summary>What a handler captures: the process that reads it never comes to serve while it is bad.</summary>
[JsonConverter(typeof(MoodConverter))]
public sealed class Mood
{
    public bool IsBad { get; set; }
}

public sealed class MoodConverter : JsonConverter<Mood>
{
    public override Mood Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.GetBoolean())
        {
            using var never = new ManualResetEventSlim();
            never.Wait();
        }

        return new Mood();
    }

    public override void Write(Utf8JsonWriter writer, Mood value, JsonSerializerOptions options) => writer.WriteBooleanValue(value.IsBad);
}
