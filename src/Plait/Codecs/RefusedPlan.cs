namespace Plait.Codecs;

/// <summary>A type that cannot travel, and why. An <see cref="ICodec"/> may still take it, unless it cannot be meant.</summary>
internal sealed class RefusedPlan : TypePlan
{
    private readonly string _reason;
    private readonly string _advice;

    public RefusedPlan(Type type, string reason, string advice)
        : base(type)
    {
        _reason = reason;
        _advice = advice;
        Pluggable = type is { IsByRefLike: false, IsPointer: false, IsByRef: false, IsCollectible: false } && !type.Assembly.IsDynamic;
        Extensible = true;
    }

    public static RefusedPlan Pointer(Type type) =>
        new(type, "it holds an address, which means nothing in another process", "Pass the data it points to; for a number use long instead of nint");

    public CannotTravelException Refuse(PayloadWriter writer) => Refusals.Because(writer, Type, _reason, _advice);

    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => throw Refuse(writer);

    public override object Read(ref PayloadReader reader, ValueCodec codec) =>
        throw new InvalidDataException($"The message promises a {Type}, but none can be sent: {_reason}.");
}

/// <summary>Interfaces, abstract classes: declared types that no value is exactly of.</summary>
internal sealed class AbstractPlan(Type type) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec) => throw new InvalidOperationException($"No value is exactly {Type}.");

    public override object Read(ref PayloadReader reader, ValueCodec codec) => throw new InvalidDataException($"The message promises exactly a {Type}, which is abstract.");
}
