using System.Reflection;
using System.Runtime.CompilerServices;
using Plait.Codecs;

namespace Plait.SharedData.Engine;

/// <summary>Finds the bytes of a struct that belong to no field.</summary>
internal static class GapMask
{
    /// <summary>0 for each byte of a gap and 255 for each other; null when there is no gap, or when that cannot be told (structs with buffers inside).</summary>
    public static byte[]? Of(Type type, int size)
    {
        if (type.IsPrimitive || type.IsEnum || HasBuffer(type))
        {
            return null;
        }

        // Every field gets a value without zeros, and the gaps stay zero.
        object filled = Fill(type);
        byte[] mask = new byte[size];
        bool hasGap = false;
        ref byte first = ref RawPlan.DataOf(filled);
        for (int i = 0; i < size; i++)
        {
            mask[i] = Unsafe.Add(ref first, i) != 0 ? byte.MaxValue : (byte)0;
            hasGap |= mask[i] == 0;
        }

        return hasGap ? mask : null;
    }

    private static bool HasBuffer(Type type) => type.IsDefined(typeof(InlineArrayAttribute), inherit: false)
        || Array.Exists(FieldsOf(type), static field => field.IsDefined(typeof(FixedBufferAttribute)) || (!field.FieldType.IsPrimitive && !field.FieldType.IsEnum && HasBuffer(field.FieldType)));

    private static object Fill(Type type)
    {
        object box = RuntimeHelpers.GetUninitializedObject(type);
        if (type.IsPrimitive || type.IsEnum)
        {
            int size = type.IsEnum ? SizeOf(Enum.GetUnderlyingType(type)) : SizeOf(type);
            Unsafe.InitBlock(ref RawPlan.DataOf(box), type == typeof(bool) ? (byte)1 : byte.MaxValue, (uint)size);
            return box;
        }

        foreach (FieldInfo field in FieldsOf(type))
        {
            field.SetValue(box, Fill(field.FieldType));
        }

        return box;
    }

    private static int SizeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean or TypeCode.SByte or TypeCode.Byte => 1,
        TypeCode.Char or TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 4,
        _ => 8,
    };

    private static FieldInfo[] FieldsOf(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
}
