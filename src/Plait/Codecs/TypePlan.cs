namespace Plait.Codecs;

/// <summary>How values of one type are written and read; one instance a type, shared by every codec.</summary>
internal abstract class TypePlan(Type type)
{
    /// <summary>The type to be named; the public one when the value's own is hidden (RuntimeType is Type).</summary>
    public Type Type { get; } = type;

    /// <summary>Objects that keep their identity inside a payload, and may be part of a cycle.</summary>
    public bool Tracked { get; init; }

    /// <summary>An <see cref="ICodec"/> may take it: one more byte says which.</summary>
    public bool Pluggable { get; init; }

    /// <summary>An <see cref="IValueExtension"/> may take it.</summary>
    public bool Extensible { get; init; }

    /// <summary>The plan of T for T?, itself for all others.</summary>
    public virtual TypePlan Underlying => this;

    /// <summary>True when a value of <paramref name="runtimeType"/> is as good as exact where this type is declared.</summary>
    public virtual bool StandsFor(Type runtimeType) => false;

    /// <summary>The plan that writes such a value.</summary>
    public virtual TypePlan Chosen(TypePlan runtimePlan) => runtimePlan;

    public abstract void Write(PayloadWriter writer, object value, ValueCodec codec);

    public abstract object Read(ref PayloadReader reader, ValueCodec codec);
}
