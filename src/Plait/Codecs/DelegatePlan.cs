namespace Plait.Codecs;

/// <summary>A function as a value. Only from a parent to its child: no other bytes choose what a process runs.</summary>
internal sealed class DelegatePlan(Type type) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (codec.Direction == CodecDirection.FromChild)
        {
            throw codec.Carrier.Function(writer, Type);
        }

        FunctionReference.WriteNested(writer, (Delegate)value, codec);
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec) => codec.Direction == CodecDirection.ToChild
        ? FunctionReference.Read(ref reader, codec).ToDelegate(Type)
        : throw new InvalidDataException($"{codec.Carrier.Capitalized} tried to bring a function where a {Type} belongs.");
}
