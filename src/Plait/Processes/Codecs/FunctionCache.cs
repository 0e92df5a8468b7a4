using System.Reflection;
using System.Text;

namespace Plait.Processes.Codecs;

/// <summary>The receiver's memory of methods: definition bytes to the method they name, resolved once.</summary>
internal static class FunctionCache
{
    // The bytes as text, one character each: a dictionary of strings needs no compilation in a cold worker.
    private static readonly LockedTable<string, FunctionShape> s_known = new();

    public static FunctionShape Find(ReadOnlySpan<byte> definition)
    {
        string key = Encoding.Latin1.GetString(definition);
        return s_known.Find(key) ?? s_known.FindOrAdd(key, FunctionShape.Of(Resolve(definition)));
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
}
