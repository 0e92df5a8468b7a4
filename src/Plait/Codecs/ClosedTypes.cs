using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>
/// The closed set of types that bytes may choose even in an answer: simple types, and standard collections and tuples of
/// them. They are described by structure, one byte a node, so that reading one never looks a name up or loads anything.
/// </summary>
internal static class ClosedTypes
{
    // Each level multiplies the types a hostile peer could make this process build.
    private const int Deepest = 4;

    private const byte FirstGeneric = 64;
    private const byte ArrayCode = 63;

    private static readonly Type[] s_simple =
    [
        typeof(object), typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(string), typeof(DateTime), typeof(DateTimeOffset),
        typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Guid), typeof(Half), typeof(Int128), typeof(UInt128), typeof(Version),
    ];

    private static readonly Type[] s_generic =
    [
        typeof(List<>), typeof(HashSet<>), typeof(Dictionary<,>), typeof(KeyValuePair<,>), typeof(Nullable<>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
        typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(Tuple<,,,,>), typeof(Tuple<,,,,,>), typeof(Tuple<,,,,,,>),
    ];

    private static readonly ConcurrentDictionary<Type, byte[]> s_descriptors = new();

    /// <summary>The bytes that describe the type, or null when it is not in the set.</summary>
    public static byte[]? Descriptor(Type type) =>
        type.IsGenericType || type.IsArray || ReferenceEquals(type.Assembly, typeof(object).Assembly) || type.Namespace is "System" or "System.Numerics"
            ? Find(type)
            : null;

    // Apart: the tables above need not be built for the user's own types.
    private static byte[]? Find(Type type)
    {
        if (!s_descriptors.TryGetValue(type, out byte[]? descriptor))
        {
            Span<byte> bytes = stackalloc byte[256];
            int count = 0;
            bool closed = TryDescribe(type, bytes, ref count, 0);
            descriptor = closed ? bytes[..count].ToArray() : [];
            if (!type.IsCollectible)
            {
                s_descriptors.TryAdd(type, descriptor);
            }
        }

        return descriptor.Length == 0 ? null : descriptor;
    }

    public static Type Read(ref PayloadReader reader) => Read(ref reader, 0);

    private static Type Read(ref PayloadReader reader, int depth)
    {
        byte code = reader.ReadByte();
        if (code < s_simple.Length)
        {
            return s_simple[code];
        }

        if (depth < Deepest)
        {
            if (code == ArrayCode)
            {
                return Read(ref reader, depth + 1).MakeArrayType();
            }

            if (code >= FirstGeneric && code - FirstGeneric < s_generic.Length)
            {
                return ReadGeneric(ref reader, s_generic[code - FirstGeneric], depth);
            }
        }

        return Other(code) ?? throw new InvalidDataException($"Byte {reader.Position - 1} of the message ({code}) does not describe a type.");
    }

    private static Type ReadGeneric(ref PayloadReader reader, Type definition, int depth)
    {
        var arguments = new Type[definition.GetGenericArguments().Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Read(ref reader, depth + 1);
        }

        try
        {
            return definition.MakeGenericType(arguments);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The message describes a {definition} of {arguments[0]}, which cannot be.", e);
        }
    }

    private static bool TryDescribe(Type type, Span<byte> bytes, ref int count, int depth)
    {
        if (depth > Deepest || count == bytes.Length)
        {
            return false;
        }

        int simple = Array.IndexOf(s_simple, type);
        if (simple < 0)
        {
            simple = CodeOfOther(type);
        }

        if (simple >= 0)
        {
            bytes[count++] = (byte)simple;
            return true;
        }

        if (type.IsSZArray)
        {
            bytes[count++] = ArrayCode;
            return TryDescribe(type.GetElementType()!, bytes, ref count, depth + 1);
        }

        int generic = type.IsConstructedGenericType ? Array.IndexOf(s_generic, type.GetGenericTypeDefinition()) : -1;
        if (generic < 0)
        {
            return false;
        }

        bytes[count++] = (byte)(FirstGeneric + generic);
        foreach (Type argument in type.GenericTypeArguments)
        {
            if (!TryDescribe(argument, bytes, ref count, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    // Apart, so that their assemblies are loaded only by who needs them.
    private static int CodeOfOther(Type type) => ReferenceEquals(type.Assembly, typeof(object).Assembly) ? -1 : CodeOfLoaded(type);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CodeOfLoaded(Type type) => type.FullName switch
    {
        "System.Numerics.BigInteger" when IsBigInteger(type) => 40,
        "System.Uri" when IsUri(type) => 41,
        _ => -1,
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsBigInteger(Type type) => type == typeof(BigInteger);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsUri(Type type) => type == typeof(Uri);

    private static Type? Other(byte code) => code switch
    {
        40 => BigIntegerType(),
        41 => UriType(),
        _ => null,
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Type BigIntegerType() => typeof(BigInteger);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Type UriType() => typeof(Uri);
}
