using System.Text;
using System.Text.Json;

namespace Plait.Cli.Workloads;

/// <summary>A value of a JSON text that knows on which line it stands, so that what is wrong with it can be found.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Value">A <see cref="Dictionary{TKey, TValue}"/> of names, a list, a string, a long, a double, a bool or null.</param>
internal sealed record LocatedValue(int Line, object? Value)
{
    /// <exception cref="WorkloadException">It is no JSON.</exception>
    public static LocatedValue Parse(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            var lines = new LineCounter(utf8);
            LocatedValue value = Read(ref reader, lines);
            return reader.Read() ? throw new WorkloadException(lines.At(reader.TokenStartIndex), "there is more after the end of the workload") : value;
        }
        catch (JsonException e)
        {
            string reason = e.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw new WorkloadException((int)(e.LineNumber ?? 0) + 1, $"this is no JSON: {reason}");
        }
    }

    private static LocatedValue Read(ref Utf8JsonReader reader, LineCounter lines)
    {
        int line = lines.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new Dictionary<string, LocatedValue>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    int at = lines.At(reader.TokenStartIndex);
                    reader.Read();
                    if (!members.TryAdd(name, Read(ref reader, lines)))
                    {
                        throw new WorkloadException(at, $"'{name}' is there twice");
                    }
                }

                return new LocatedValue(line, members);
            case JsonTokenType.StartArray:
                var items = new List<LocatedValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader, lines));
                }

                return new LocatedValue(line, items);
            case JsonTokenType.Number:
                return new LocatedValue(line, reader.TryGetInt64(out long whole) ? whole : (object)reader.GetDouble());
            case JsonTokenType.True or JsonTokenType.False:
                return new LocatedValue(line, reader.GetBoolean());
            default:
                return new LocatedValue(line, reader.GetString());
        }
    }

    /// <summary>Counts lines on the way forward: positions are asked for in their order.</summary>
    private sealed class LineCounter(byte[] text)
    {
        private int _position;
        private int _line = 1;

        public int At(long position)
        {
            _line += text.AsSpan(_position, (int)position - _position).Count((byte)'\n');
            _position = (int)position;
            return _line;
        }
    }
}
