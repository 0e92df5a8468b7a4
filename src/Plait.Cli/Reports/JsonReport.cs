using System.Text.Encodings.Web;
using System.Text.Json;

namespace Plait.Cli.Reports;

/// <summary>
/// The file that <c>--json</c> names. It is opened before the work starts, so that a wrong path costs a second and not
/// the whole run; it is written in one go at the end, so that a reader never sees half of it.
/// </summary>
internal sealed class JsonReport : IDisposable
{
    private readonly FileStream? _file;

    private JsonReport(FileStream? file) => _file = file;

    /// <summary>Opens the report, or one that goes nowhere when no path was given.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static JsonReport Open(string? path)
    {
        try
        {
            return new JsonReport(path is null ? null : new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--json '{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Writes an array with one object a row.</summary>
    public void Write<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> writeMembers)
    {
        if (_file is null)
        {
            return;
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (T row in rows)
            {
                json.WriteStartObject();
                writeMembers(json, row);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        _file.Write(buffer.WrittenSpan);
        _file.Write("\n"u8);
        _file.Flush();
    }

    public void Dispose() => _file?.Dispose();
}
