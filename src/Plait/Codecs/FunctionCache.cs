using System.Reflection;
using System.Runtime.InteropServices;

namespace Plait.Codecs;

/// <summary>The receiver's memory of methods: definition bytes to the method they name, resolved once.</summary>
/// <remarks>
/// A table of its own: a dictionary looked up by a span is compiled anew in every process, and that is a third of what a cold
/// worker needs for its first function.
/// </remarks>
internal static class FunctionCache
{
    private static readonly Lock s_writers = new();

    // Replaced as a whole when it grows; entries are only ever put in front of a bucket. Written under s_writers.
    private static Entry?[] s_buckets = new Entry?[64];
    private static int s_count;

    public static FunctionShape Find(ReadOnlySpan<byte> definition)
    {
        int hash = HashOf(definition);

        // Acquire: pairs with the release in Add, so an entry that is seen is complete.
        Entry?[] buckets = Volatile.Read(ref s_buckets);
        for (Entry? entry = Volatile.Read(ref buckets[hash & (buckets.Length - 1)]); entry is not null; entry = entry.Next)
        {
            if (entry.Hash == hash && definition.SequenceEqual(entry.Definition))
            {
                return entry.Shape;
            }
        }

        return Add(definition.ToArray(), hash);
    }

    private static FunctionShape Add(byte[] definition, int hash)
    {
        FunctionShape shape = FunctionShape.Of(Resolve(definition));
        lock (s_writers)
        {
            // Two threads may add the same definition: both entries lead to the same shape.
            if (s_count >= s_buckets.Length)
            {
                Grow();
            }

            ref Entry? bucket = ref s_buckets[hash & (s_buckets.Length - 1)];
            Volatile.Write(ref bucket, new Entry(definition, hash, shape, bucket));
            s_count++;
        }

        return shape;
    }

    private static void Grow()
    {
        var bigger = new Entry?[s_buckets.Length * 2];
        foreach (Entry? bucket in s_buckets)
        {
            for (Entry? entry = bucket; entry is not null; entry = entry.Next)
            {
                ref Entry? place = ref bigger[entry.Hash & (bigger.Length - 1)];
                place = new Entry(entry.Definition, entry.Hash, entry.Shape, place);
            }
        }

        Volatile.Write(ref s_buckets, bigger);
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

    // Token, start of the version id, length and the last bytes (generic arguments): enough to tell methods apart.
    private static int HashOf(ReadOnlySpan<byte> definition)
    {
        if (definition.Length < 16)
        {
            return definition.Length;
        }

        ulong mixed = MemoryMarshal.Read<ulong>(definition) * 0x9E3779B97F4A7C15;
        mixed ^= MemoryMarshal.Read<ulong>(definition[^8..]) * 0xC2B2AE3D27D4EB4F;
        return (int)((mixed >> 32) ^ mixed) ^ definition.Length;
    }

    private sealed class Entry(byte[] definition, int hash, FunctionShape shape, Entry? next)
    {
        public readonly byte[] Definition = definition;
        public readonly int Hash = hash;
        public readonly FunctionShape Shape = shape;
        public readonly Entry? Next = next;
    }
}
