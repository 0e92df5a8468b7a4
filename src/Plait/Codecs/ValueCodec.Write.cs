namespace Plait.Codecs;

internal sealed partial class ValueCodec
{
    internal void WriteSlot(PayloadWriter writer, object? value, Type declared)
    {
        if (value is null)
        {
            writer.WriteByte(Marker.Null);
            return;
        }

        TypePlan plan = PlanTable.For(value.GetType());
        if (plan.Tracked && writer.TryGetReference(value, out int number))
        {
            writer.WriteByte(Marker.Back);
            writer.WriteCount(number);
            return;
        }

        if (ReferenceEquals(plan.Type, declared) && !plan.Extensible)
        {
            writer.WriteByte(Marker.Exact);
            WriteBody(writer, value, plan);
            return;
        }

        WriteOther(writer, value, plan, declared);
    }

    private void WriteOther(PayloadWriter writer, object value, TypePlan plan, Type declared)
    {
        if (plan.Extensible && TryWriteExtension(writer, value))
        {
            return;
        }

        TypePlan declaredPlan = PlanTable.For(declared);
        if (ReferenceEquals(plan.Type, declared) || declaredPlan.StandsFor(plan.Type))
        {
            writer.WriteByte(Marker.Exact);
            WriteBody(writer, value, declaredPlan.Chosen(plan));
            return;
        }

        if (StandardCollection.TryChoose(declared, value, plan, Direction, out byte kind, out object standard, out TypePlan? standardPlan))
        {
            writer.WriteByte(Marker.Standard);
            writer.WriteByte(kind);
            WriteBody(writer, standard, standardPlan);
            return;
        }

        if (ClosedTypes.Descriptor(plan.Type) is { } descriptor)
        {
            writer.WriteByte(Marker.Closed);
            writer.WriteBytes(descriptor);
            WriteBody(writer, value, plan);
            return;
        }

        if (plan is RefusedPlan refused && CodecFor(plan) == 0)
        {
            throw refused.Refuse(writer);
        }

        if (Direction == CodecDirection.FromChild)
        {
            throw Carrier.NotDeclared(writer, plan.Type, declared);
        }

        writer.WriteByte(Marker.Named);
        TypeReference.Write(writer, plan.Type);
        WriteBody(writer, value, plan);
    }

    private void WriteBody(PayloadWriter writer, object value, TypePlan plan)
    {
        if (plan.Pluggable)
        {
            int codec = CodecFor(plan);
            writer.WriteByte((byte)codec);
            if (codec > 0)
            {
                EncodeBy(_codecs[codec - 1], writer, value, plan.Type);
                return;
            }
        }

        if (plan.Tracked)
        {
            writer.AddTracked(value);
        }

        plan.Write(writer, value, this);
    }

    private bool TryWriteExtension(PayloadWriter writer, object value)
    {
        for (int i = 0; i < _extensions.Count; i++)
        {
            if (_extensions[i] is { } extension && extension.Handles(value))
            {
                writer.WriteByte(Marker.Extension);
                writer.WriteByte((byte)i);
                extension.Write(writer, value, this);
                return true;
            }
        }

        return false;
    }

    /// <summary>0: none; otherwise the place of the plugged-in codec plus one.</summary>
    private int CodecFor(TypePlan plan)
    {
        if (plan.Pluggable)
        {
            for (int i = 0; i < _codecs.Count; i++)
            {
                if (_codecs[i].CanEncode(plan.Type))
                {
                    return i + 1;
                }
            }
        }

        return 0;
    }

    private static void EncodeBy(ICodec codec, PayloadWriter writer, object value, Type type)
    {
        using var own = new PayloadWriter();
        try
        {
            codec.Encode(value, type, own);
        }
        catch (Exception e) when (e is not CannotTravelException)
        {
            throw Refusals.Failed(writer, type, $"the codec {codec.GetType()} failed: {e.Message}", e);
        }

        writer.WriteBulk(own.WrittenSpan);
    }
}
