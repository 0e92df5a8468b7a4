using System.Reflection;

namespace Plait.Codecs;

internal enum RawKind
{
    /// <summary>Numbers only: its bytes are its value.</summary>
    Raw,

    /// <summary>It holds an address or a handle.</summary>
    Pointers,

    /// <summary>It refers to objects.</summary>
    Managed,
}

/// <summary>Finds out whether a struct's bytes mean the same in another process.</summary>
internal static class RawLayout
{
    public static RawKind Of(Type type)
    {
        if (type == typeof(nint) || type == typeof(nuint) || type.IsPointer || type.IsFunctionPointer)
        {
            return RawKind.Pointers;
        }

        if (type.IsPrimitive || type.IsEnum)
        {
            return RawKind.Raw;
        }

        if (!type.IsValueType || type.IsByRefLike)
        {
            return RawKind.Managed;
        }

        RawKind worst = RawKind.Raw;
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            RawKind kind = Of(field.FieldType);
            if (kind == RawKind.Managed)
            {
                return RawKind.Managed;
            }

            worst = kind == RawKind.Pointers ? kind : worst;
        }

        return worst;
    }
}
