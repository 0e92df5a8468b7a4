using System.Reflection;
using Plait.Codecs;
using Plait.Synchronization;

namespace Plait.Queues.Engine;

/// <summary>Queues of process scopes travel as numbers. What their items are is said by who expects the queue; where that is not known, by the bytes of a parent.</summary>
internal sealed class QueueExtension : IValueExtension
{
    private static readonly MethodInfo Attacher = typeof(QueueExtension).GetMethod(nameof(Attach), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static void Enter()
    {
        if (ValueExtensions.All[(int)ExtensionKind.Queue] is null)
        {
            ValueExtensions.Enter(ExtensionKind.Queue, new QueueExtension());
        }
    }

    public bool Handles(object value) => value is ScopeQueue;

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        var queue = (ScopeQueue)value;
        if (queue.Scope is not ProcessScope scope)
        {
            throw Refusals.ThreadScope(writer, value, queue.Scope.Name);
        }

        writer.WriteBool(scope.IsNamed);
        writer.WriteInt32((int)scope.Id);
        writer.WriteString(scope.Name);
        writer.WriteInt32((int)queue.Parts.Index);

        // Functions and types are only for a child to read.
        bool isToChild = codec.Direction == CodecDirection.ToChild;
        writer.WriteBool(isToChild);
        if (isToChild)
        {
            TypeReference.Write(writer, queue.ItemType);
            CodecList.Write(writer, queue.ItemCodecs);
            codec.WriteSlot(writer, queue.PriorityFunction, typeof(Func<,>).MakeGenericType(queue.ItemType, typeof(long)));
        }
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        bool isNamed = reader.ReadBool();
        uint id = (uint)reader.ReadInt32();
        string name = reader.ReadString();
        uint index = (uint)reader.ReadInt32();
        bool isToChild = reader.ReadBool();
        if (isToChild && codec.Direction == CodecDirection.FromChild)
        {
            throw new InvalidDataException("The message has a queue that names its items' type, which a child does not choose.");
        }

        Type item = isToChild ? TypeReference.Read(ref reader) : DeclaredItem(declaredType);
        IReadOnlyList<ICodec> codecs = isToChild ? CodecList.Read(ref reader) : codec.Codecs;
        object? priority = isToChild ? codec.ReadSlot(ref reader, typeof(Func<,>).MakeGenericType(item, typeof(long))) : null;
        ProcessScope scope = ScopeExtension.Find(isNamed, id, name, codec.Direction);
        try
        {
            return Attacher.MakeGenericMethod(item).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [scope, index, codecs, priority], null)!;
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"The message has a queue that cannot be: {error.Message}", error);
        }
    }

    private static Type DeclaredItem(Type declared) => declared.IsInterface && declared.IsConstructedGenericType && declared.Namespace == "Plait.Queues"
        ? declared.GetGenericTypeDefinition() == typeof(IBufferQueue<>) ? declared.GenericTypeArguments[0].MakeArrayType() : declared.GenericTypeArguments[0]
        : throw new InvalidDataException($"The message has a queue where a {declared} is expected. Expect an IQueue of its items' type.");

    private static ScopeQueue<T> Attach<T>(Scope scope, uint index, IReadOnlyList<ICodec> codecs, Func<T, long>? priority) =>
        QueueFactory.Attach(QueueParts.Attach(scope, index), codecs, priority);
}
