using System.Reflection;
using Plait.Codecs;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.SharedData.Engine;

/// <summary>Shared data of process scopes travels as a place and a number. What it holds is said by who expects it; where that is not known, by the bytes of a parent.</summary>
internal sealed class SharedDataExtension : IValueExtension
{
    private const BindingFlags Hidden = BindingFlags.Static | BindingFlags.NonPublic;

    public static void Enter()
    {
        if (ValueExtensions.All[(int)ExtensionKind.SharedData] is null)
        {
            ValueExtensions.Enter(ExtensionKind.SharedData, new SharedDataExtension());
        }
    }

    public bool Handles(object value) => value is SharedObject;

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var shared = (SharedObject)value;
        writer.WriteByte((byte)shared.Kind);
        if (shared.WriteOwn(writer))
        {
            return;
        }

        if (shared.Scope is not ProcessScope scope)
        {
            throw Refusals.ThreadScope(writer, value, shared.Scope.Name);
        }

        SharedPart part = shared.Part;
        part.ThrowIfDisposed();
        writer.WriteBool(scope.IsNamed);
        writer.WriteInt32((int)scope.Id);
        writer.WriteString(scope.Name);
        writer.WriteInt32((int)part.Index);
        writer.WriteInt64((long)part.Place);
        writer.WriteInt64((long)part.Serial);

        // Functions and types are only for a child to read.
        bool isToChild = codec.Direction == CodecDirection.ToChild;
        writer.WriteBool(isToChild);
        if (isToChild)
        {
            foreach (Type type in shared.Types)
            {
                TypeReference.Write(writer, type);
            }

            CodecList.Write(writer, shared.Codecs);
        }

        SharedHolds.KeepSent(part);
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        var kind = (ObjectKind)reader.ReadByte();
        int types = kind switch
        {
            ObjectKind.SharedValue or ObjectKind.SharedArray => 1,
            ObjectKind.SharedDictionary => 2,
            ObjectKind.SharedMemory => 0,
            _ => throw new InvalidDataException($"The message has shared data of kind {(int)kind}, which this side does not know."),
        };
        if (kind == ObjectKind.SharedMemory && SharedMemoryBlock.TryRead(ref reader, codec.Direction) is { } named)
        {
            return named;
        }

        bool isNamed = reader.ReadBool();
        uint id = (uint)reader.ReadInt32();
        string name = reader.ReadString();
        uint index = (uint)reader.ReadInt32();
        ulong place = (ulong)reader.ReadInt64();
        ulong serial = (ulong)reader.ReadInt64();
        bool isToChild = reader.ReadBool();
        if (isToChild && codec.Direction == CodecDirection.FromChild)
        {
            throw new InvalidDataException("The message has shared data that names the type of its elements, which a child does not choose.");
        }

        var arguments = new Type[types];
        for (int i = 0; i < types; i++)
        {
            arguments[i] = isToChild ? TypeReference.Read(ref reader) : Declared(declaredType, kind, types, i);
        }

        IReadOnlyList<ICodec> codecs = isToChild ? CodecList.Read(ref reader) : codec.Codecs;
        ProcessScope scope = ScopeExtension.Find(isNamed, id, name, codec.Direction);
        SharedPart part = SharedPart.Attach(scope, kind, index, place, serial);
        try
        {
            SharedObject shared = kind switch
            {
                ObjectKind.SharedMemory => new SharedMemoryBlock(part),
                ObjectKind.SharedDictionary => Call(nameof(AttachDictionary), arguments, [part, codecs]),
                _ => Call(kind == ObjectKind.SharedValue ? nameof(AttachValue) : nameof(AttachArray), arguments, [part]),
            };
            if (part.IsCounted)
            {
                NoteReceived(part);
            }

            return shared;
        }
        catch (ArgumentException error)
        {
            part.Dispose();
            throw new InvalidDataException($"The message has shared data that cannot be: {error.Message}", error);
        }
    }

    private static unsafe void NoteReceived(SharedPart part) => SharedHeap.NoteReceived(part.Block);

    private static SharedObject Call(string method, Type[] types, object[] arguments) =>
        (SharedObject)typeof(SharedDataExtension).GetMethod(method, Hidden)!.MakeGenericMethod(types).Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    private static Type Declared(Type declared, ObjectKind kind, int types, int argument) =>
        declared.IsConstructedGenericType && declared.IsAssignableTo(typeof(SharedObject)) && declared.GenericTypeArguments.Length == types
            ? declared.GenericTypeArguments[argument]
            : throw new InvalidDataException($"The message has a {ScopeMemory.Describe(kind)} where a {declared} is expected. Expect one of its elements' type.");

    private static SharedValue<T> AttachValue<T>(SharedPart part)
        where T : unmanaged => new(part.Checked(SharedShape.Of<T>(ObjectKind.SharedValue, 1)));

    private static SharedArray<T> AttachArray<T>(SharedPart part)
        where T : unmanaged => new(part.Checked(SharedShape.Of<T>(ObjectKind.SharedArray, part.Length)));

    private static SharedDictionary<TKey, TValue> AttachDictionary<TKey, TValue>(SharedPart part, IReadOnlyList<ICodec> codecs)
        where TKey : notnull => new(part.Checked(SharedDictionary<TKey, TValue>.Shape), codecs);
}
