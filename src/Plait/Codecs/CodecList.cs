using System.Reflection;

namespace Plait.Codecs;

/// <summary>The plugged-in codecs of a channel, for the bootstrap message: each by its type.</summary>
internal static class CodecList
{
    /// <exception cref="CannotTravelException">A codec has no parameterless constructor, or its type cannot travel.</exception>
    public static void Write(PayloadWriter writer, IReadOnlyList<ICodec> codecs)
    {
        writer.WriteCount(codecs.Count);
        foreach (ICodec codec in codecs)
        {
            Type type = codec.GetType();
            if (type.GetConstructor(BindingFlags.Instance | BindingFlags.Public, Type.EmptyTypes) is null)
            {
                throw new CannotTravelException(
                    $"The codec {type} cannot be made in another process: it has no public parameterless constructor. Give it one.", "", type.ToString(), null);
            }

            writer.Begin($"the codec {type}");
            TypeReference.Write(writer, type);
        }
    }

    public static IReadOnlyList<ICodec> Read(ref PayloadReader reader)
    {
        int count = reader.ReadCount();
        if (count == 0)
        {
            return [];
        }

        var codecs = new ICodec[count];
        for (int i = 0; i < count; i++)
        {
            Type type = TypeReference.Read(ref reader);
            codecs[i] = typeof(ICodec).IsAssignableFrom(type) && Activator.CreateInstance(type) is ICodec codec
                ? codec
                : throw new InvalidDataException($"The message names {type} as a codec, which it is not.");
        }

        return codecs;
    }
}
