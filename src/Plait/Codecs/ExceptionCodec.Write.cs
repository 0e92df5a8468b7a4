using System.Collections;
using System.Reflection;

namespace Plait.Codecs;

internal static partial class ExceptionCodec
{
    private static readonly ValueCodec s_fields = new(CodecDirection.FromChild);

    /// <summary>Writes an exception. Never throws: what cannot be read from it is left out, and said so.</summary>
    public static void Write(PayloadWriter writer, Exception exception)
    {
        int start = writer.WrittenCount;
        int nodes = 1;
        try
        {
            WriteNode(writer, exception, 0, ref nodes);
        }
        catch (Exception e)
        {
            writer.Rewind(start);
            WriteText(writer, exception.GetType(), $"The exception could not be described ({e.GetType()}).");
        }
    }

    private static void WriteNode(PayloadWriter writer, Exception exception, int depth, ref int nodes)
    {
        Type type = exception.GetType();
        if (exception is RemoteException { RemoteTypeName.Length: > 0 } stand)
        {
            // It keeps its first name on the way up through several processes.
            writer.WriteString(stand.RemoteAssembly);
            writer.WriteString(stand.RemoteTypeName);
        }
        else
        {
            WriteName(writer, type);
        }

        writer.WriteString(Clip(Get(exception, static e => e.Message)) ?? "");
        writer.WriteNullableString(Clip(Get(exception, static e => MessageField(e))));
        writer.WriteNullableString(Clip(StackOf(exception)));
        writer.WriteInt32(exception.HResult);
        WriteDetails(writer, exception);
        WriteData(writer, exception);
        WriteFields(writer, exception, type);
        WriteInner(writer, exception, depth, ref nodes);
    }

    private static void WriteInner(PayloadWriter writer, Exception exception, int depth, ref int nodes)
    {
        if (depth >= Deepest || nodes >= MostNodes)
        {
            writer.WriteByte(NoInner);
            return;
        }

        if (exception is AggregateException aggregate && aggregate.InnerExceptions is { Count: > 0 } all)
        {
            // Taken before any of them is written: their own inner exceptions share what is left.
            int count = Math.Min(all.Count, MostNodes - nodes);
            nodes += count;
            writer.WriteByte(ManyInner);
            writer.WriteCount(count);
            for (int i = 0; i < count; i++)
            {
                WriteNode(writer, all[i], depth + 1, ref nodes);
            }

            return;
        }

        writer.WriteByte(exception.InnerException is null ? NoInner : OneInner);
        if (exception.InnerException is { } inner)
        {
            nodes++;
            WriteNode(writer, inner, depth + 1, ref nodes);
        }
    }

    /// <summary>A node of nothing but a name and a text.</summary>
    private static void WriteText(PayloadWriter writer, Type type, string text)
    {
        WriteName(writer, type);
        writer.WriteString(text);
        writer.WriteNullableString(text);
        writer.WriteNullableString(null);
        writer.WriteInt32(0);
        writer.WriteByte(End);
        writer.WriteCount(0);
        writer.WriteCount(0);
        writer.WriteByte(NoInner);
    }

    private static void WriteName(PayloadWriter writer, Type type)
    {
        writer.WriteString(type.Assembly.GetName().Name ?? "");
        writer.WriteString(type.FullName ?? type.Name);
    }

    private static void WriteDetails(PayloadWriter writer, Exception exception)
    {
        Type type = exception.GetType();
        Detail(writer, ParamName, exception is ArgumentException ? Get(exception, static e => ParamNameField((ArgumentException)e)) : null);
        Detail(writer, ActualValue, exception is ArgumentOutOfRangeException ? Get(exception, static e => ActualValueField((ArgumentOutOfRangeException)e)?.ToString()) : null);
        Detail(writer, ObjectName, exception is ObjectDisposedException ? Get(exception, static e => ObjectNameField((ObjectDisposedException)e)) : null);
        Detail(writer, FileName, Get(exception, static e => e switch
        {
            FileNotFoundException missing => missing.FileName,
            FileLoadException unloadable => unloadable.FileName,
            BadImageFormatException image => image.FileName,
            _ => null,
        }));
        Detail(writer, TypeName, exception is TypeInitializationException ? Get(exception, static e => ((TypeInitializationException)e).TypeName) : null);
        if (Derives(type, "System.Net.Sockets.SocketException"))
        {
            Detail(writer, SocketCode, Get(exception, static e => Number(e, "SocketErrorCode")));
        }
        else if (Derives(type, "System.ComponentModel.Win32Exception"))
        {
            Detail(writer, NativeCode, Get(exception, static e => Number(e, "NativeErrorCode")));
        }

        writer.WriteByte(End);
    }

    private static string? Number(Exception exception, string property) =>
        exception.GetType().GetProperty(property)?.GetValue(exception) is { } value ? Convert.ToInt32(value).ToString() : null;

    private static void Detail(PayloadWriter writer, byte detail, string? value)
    {
        if (value is not null)
        {
            writer.WriteByte(detail);
            writer.WriteString(Clip(value)!);
        }
    }

    private static void WriteData(PayloadWriter writer, Exception exception)
    {
        var entries = new List<(string Key, string Value)>();
        try
        {
            foreach (DictionaryEntry entry in exception.Data)
            {
                if (entries.Count < MostEntries && entry is { Key: string key, Value: string value })
                {
                    entries.Add((Clip(key)!, Clip(value)!));
                }
            }
        }
        catch (Exception)
        {
            // Data is virtual: whatever it throws, the entries so far go.
        }

        writer.WriteCount(entries.Count);
        foreach ((string key, string value) in entries)
        {
            writer.WriteString(key);
            writer.WriteString(value);
        }
    }

    private static void WriteFields(PayloadWriter writer, Exception exception, Type type)
    {
        List<FieldInfo> fields = FrameworkTypes.Owns(type) || exception is RemoteException ? [] : OwnFields(type);
        int count = Math.Min(fields.Count, MostEntries);
        writer.WriteCount(count);
        using var own = new PayloadWriter();
        for (int i = 0; i < count; i++)
        {
            own.Clear();
            try
            {
                s_fields.Write(own, fields[i].GetValue(exception), fields[i].FieldType, fields[i].Name);
                writer.WriteBlock(own.WrittenCount <= LongestText ? own.WrittenSpan : default);
            }
            catch (Exception)
            {
                // A field that cannot travel stays at its default; the exception itself must arrive.
                writer.WriteBlock(default);
            }
        }
    }

    private static string? StackOf(Exception exception) =>
        exception is RemoteException { RemoteStackTrace: { } remote } ? remote : Get(exception, static e => e.StackTrace);

    private static string? Get(Exception exception, Func<Exception, string?> read)
    {
        try
        {
            return read(exception);
        }
        catch (Exception e)
        {
            return $"(reading this threw {e.GetType()})";
        }
    }

    private static string? Clip(string? text) => text is { Length: > LongestText } ? string.Concat(text.AsSpan(0, LongestText), "…") : text;
}
