namespace Plait.Processes.Codecs;

/// <summary>A function as a value. Never in an answer: bytes must not choose what the parent runs.</summary>
internal sealed class DelegatePlan(Type type) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (codec.Direction == CodecDirection.FromChild)
        {
            throw Refusals.Because(writer, Type, "an answer must not choose what the parent runs", "Return the data, and let the parent choose the function");
        }

        FunctionReference.WriteNested(writer, (Delegate)value, codec);
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec) => codec.Direction == CodecDirection.ToChild
        ? FunctionReference.Read(ref reader, codec).ToDelegate(Type)
        : throw new InvalidDataException($"An answer tried to send a function where a {Type} belongs.");
}
