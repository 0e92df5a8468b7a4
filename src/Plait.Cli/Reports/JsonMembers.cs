using System.Text.Json;

namespace Plait.Cli.Reports;

/// <summary>Members that may be unknown (null, and never a number that JSON has no word for), and arrays.</summary>
internal static class JsonMembers
{
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteBooleanOrNull(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } truth)
        {
            json.WriteBoolean(name, truth);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>An array of objects; <paramref name="write"/> writes the members of each.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> rows, Action<T> write) => json.WriteArray(name, rows, row =>
    {
        json.WriteStartObject();
        write(row);
        json.WriteEndObject();
    });

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values) => json.WriteArray(name, values, json.WriteStringValue);

    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<int> values) => json.WriteArray(name, values, json.WriteNumberValue);

    private static void WriteArray<T>(this Utf8JsonWriter json, string name, IEnumerable<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
        {
            write(value);
        }

        json.WriteEndArray();
    }
}
