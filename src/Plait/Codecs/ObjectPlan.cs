using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>
/// Classes and structs, field by field: all instance fields, private and inherited ones too, so that nothing is lost
/// silently. No constructor runs. Identity is kept inside a payload, so shared objects stay shared and cycles work.
/// Closures are classes like any other.
/// </summary>
internal sealed class ObjectPlan : TypePlan
{
    private readonly FieldInfo[] _fields;
    private readonly bool _isClosure;

    public ObjectPlan(Type type, bool pluggable)
        : base(type)
    {
        _fields = FieldsOf(type);
        _isClosure = FunctionName.IsClosure(type);
        Tracked = !type.IsValueType;
        Pluggable = pluggable;
        Extensible = pluggable;
    }

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        writer.Enter(value);
        foreach (FieldInfo field in _fields)
        {
            writer.At(field.Name);
            object? part = field.GetValue(value);
            if (_isClosure && part is not null && !field.FieldType.IsValueType && CapturedUse.IsRefused(part.GetType()) && writer.TryOmit(field))
            {
                part = null;
            }

            codec.WriteSlot(writer, part, field.FieldType);
        }

        writer.Leave();
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        object value = RuntimeHelpers.GetUninitializedObject(Type);
        if (Tracked)
        {
            reader.Track(value);
        }

        foreach (FieldInfo field in _fields)
        {
            object? part = codec.ReadSlot(ref reader, field.FieldType);
            if (part is not null)
            {
                field.SetValue(value, part);
            }
        }

        return value;
    }

    private static FieldInfo[] FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            foreach (FieldInfo field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                // [NonSerialized] is how a class says: this field is not part of my value.
#pragma warning disable SYSLIB0050 // Formatters are obsolete; the mark on the field is not.
                if (!field.IsNotSerialized)
#pragma warning restore SYSLIB0050
                {
                    fields.Add(field);
                }
            }
        }

        return [.. fields];
    }
}
