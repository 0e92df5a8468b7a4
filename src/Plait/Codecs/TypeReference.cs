namespace Plait.Codecs;

/// <summary>A type by module, metadata token and generic arguments. To a child only; the child resolves it in its own copy of the same build.</summary>
internal static class TypeReference
{
    private const byte Known = 0;
    private const byte Definition = 1;
    private const byte Constructed = 2;
    private const byte Vector = 3;
    private const byte ManyRanked = 4;
    private const byte Closed = 5;

    private const int Deepest = 64;

    /// <exception cref="CannotTravelException">The type is made at run time, in a collectible context, or changed by hot reload.</exception>
    public static void Write(PayloadWriter writer, Type type)
    {
        if (ClosedTypes.Descriptor(type) is { } descriptor)
        {
            writer.WriteByte(Closed);
            writer.WriteBytes(descriptor);
            return;
        }

        if (writer.TryGetType(type, out int number))
        {
            writer.WriteByte(Known);
            writer.WriteCount(number);
            return;
        }

        if (type.IsArray)
        {
            writer.WriteByte(type.IsSZArray ? Vector : ManyRanked);
            if (!type.IsSZArray)
            {
                writer.WriteByte((byte)type.GetArrayRank());
            }

            Write(writer, type.GetElementType()!);
        }
        else if (type.IsConstructedGenericType)
        {
            writer.WriteByte(Constructed);
            Write(writer, type.GetGenericTypeDefinition());
            foreach (Type argument in type.GenericTypeArguments)
            {
                Write(writer, argument);
            }
        }
        else
        {
            WriteDefinition(writer, type);
        }

        writer.AddType(type);
    }

    /// <exception cref="InvalidOperationException">The child has another build of the assembly, or does not find it.</exception>
    public static Type Read(ref PayloadReader reader) => Read(ref reader, 0);

    private static void WriteDefinition(PayloadWriter writer, Type type)
    {
        if (type.HasElementType || type.IsFunctionPointer || type.IsGenericParameter)
        {
            throw Refusals.Because(writer, type, "it is not a complete type", "Use a type that values can have");
        }

        if (ModuleReference.WhyNot(type.Module) is var (reason, advice))
        {
            throw Refusals.Because(writer, type, reason, advice);
        }

        writer.WriteByte(Definition);
        ModuleReference.Write(writer, type.Module);
        writer.WriteInt32(type.MetadataToken);
    }

    private static Type Read(ref PayloadReader reader, int depth)
    {
        if (depth > Deepest)
        {
            throw new InvalidDataException($"The message nests generic arguments more than {Deepest} deep.");
        }

        byte kind = reader.ReadByte();
        switch (kind)
        {
            case Closed:
                return ClosedTypes.Read(ref reader);
            case Known:
                return reader.KnownType(reader.ReadVarint());
        }

        Type type = ReadNew(ref reader, kind, depth);
        reader.AddType(type);
        return type;
    }

    private static Type ReadNew(ref PayloadReader reader, byte kind, int depth)
    {
        try
        {
            switch (kind)
            {
                case Definition:
                    return ModuleReference.Read(ref reader).ResolveType(reader.ReadInt32());
                case Constructed:
                    Type definition = Read(ref reader, depth + 1);
                    var arguments = new Type[definition.GetGenericArguments().Length];
                    for (int i = 0; i < arguments.Length; i++)
                    {
                        arguments[i] = Read(ref reader, depth + 1);
                    }

                    return definition.MakeGenericType(arguments);
                case Vector:
                    return Read(ref reader, depth + 1).MakeArrayType();
                case ManyRanked:
                    int rank = reader.ReadByte();
                    return Read(ref reader, depth + 1).MakeArrayType(rank);
                default:
                    throw new InvalidDataException($"Byte {reader.Position - 1} of the message ({kind}) does not begin a type.");
            }
        }
        catch (Exception e) when (e is ArgumentException or TypeLoadException or IndexOutOfRangeException or NotSupportedException or BadImageFormatException)
        {
            throw new InvalidDataException($"The message names a type that this build does not have: {e.Message}", e);
        }
    }
}
