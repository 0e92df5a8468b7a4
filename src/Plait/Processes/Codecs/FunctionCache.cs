using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Plait.Processes.Codecs;

/// <summary>The receiver's memory of methods: definition bytes to the method they name, resolved once.</summary>
internal static class FunctionCache
{
    private static readonly ConcurrentDictionary<byte[], FunctionShape> s_known = new(new ByContent());
    private static readonly ConcurrentDictionary<byte[], FunctionShape>.AlternateLookup<ReadOnlySpan<byte>> s_bySpan =
        s_known.GetAlternateLookup<ReadOnlySpan<byte>>();

    public static FunctionShape Find(ReadOnlySpan<byte> definition)
    {
        if (s_bySpan.TryGetValue(definition, out FunctionShape? shape))
        {
            return shape;
        }

        shape = FunctionShape.Of(Resolve(definition));
        return s_known.GetOrAdd(definition.ToArray(), shape);
    }

    private static MethodInfo Resolve(ReadOnlySpan<byte> definition)
    {
        var reader = new PayloadReader(definition);
        int token = reader.ReadInt32();
        Type type = TypeReference.Read(ref reader);
        var arguments = new Type[reader.ReadCount()];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = TypeReference.Read(ref reader);
        }

        try
        {
            MethodBase? method = type.Module.ResolveMethod(token);
            if (type.IsConstructedGenericType && method is not null)
            {
                method = MethodBase.GetMethodFromHandle(method.MethodHandle, type.TypeHandle);
            }

            if (method is MethodInfo found && found.DeclaringType == type)
            {
                return arguments.Length == 0 ? found : found.MakeGenericMethod(arguments);
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or BadImageFormatException)
        {
            throw new InvalidDataException($"The message names method {token:X8} of {type}, which this build does not have: {e.Message}", e);
        }

        throw new InvalidDataException($"The message names method {token:X8} of {type}, which this build does not have.");
    }

    private sealed class ByContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        // Token, start of the version id, length and the last bytes (generic arguments): enough to tell methods apart.
        public int GetHashCode(ReadOnlySpan<byte> alternate) => alternate.Length < 16
            ? alternate.Length
            : HashCode.Combine(alternate.Length, MemoryMarshal.Read<long>(alternate), MemoryMarshal.Read<long>(alternate[^8..]));

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
