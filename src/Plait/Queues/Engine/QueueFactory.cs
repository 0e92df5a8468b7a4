using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Memory;
using Plait.Synchronization;

namespace Plait.Queues.Engine;

/// <summary>Chooses what a queue is made of, by its scope and by what its items are.</summary>
internal static unsafe class QueueFactory
{
    // Above this an array of a process's own starts small and grows.
    private const int LargestAtOnce = 1024;

    private const int LargestItem = 65_536;
    private const long FewestBytes = 64 << 10;
    private const long MostBytes = 8L << 30;

    public static ScopeQueue<T> Create<T>(IScope scope, QueueOrder order, int capacity, string? name, QueueOptions? options, Func<T, long>? priority)
    {
        Scope its = Checked(scope, order, capacity, ref options);
        return its.IsShared
            ? Attach(QueueParts.Create(its, name, ShapeOf<T>(order, capacity, options)), [.. options.Codecs], priority)
            : CreateManaged(its, order, capacity, name, options, priority);
    }

    /// <summary>A queue of buffers; in a thread scope they are in the process's own memory.</summary>
    public static BufferQueue<T> CreateBuffers<T>(IScope scope, int capacity, string? name, QueueOptions? options)
        where T : unmanaged
    {
        Scope its = Checked(scope, QueueOrder.Fifo, capacity, ref options);
        if (RawLayout.Of(typeof(T)) != RawKind.Raw)
        {
            throw new CannotTravelException($"A buffer of {typeof(T)} cannot go to another process: it holds addresses.", "", typeof(T).ToString(), null);
        }

        QueueParts parts = QueueParts.Create(its, name, ShapeOf<T[]>(QueueOrder.Fifo, capacity, options));
        if (!parts.Facts.Has(QueueFlags.Payloads) || parts.Facts.Has(QueueFlags.AtLeastOnce))
        {
            throw new ArgumentException($"The name '{name}' belongs to a queue of scope '{scope.Name}' that is not one of buffers.", nameof(name));
        }

        TravelExtensions.Enter();
        return new BufferQueue<T>(new QueueCore<Payload, PayloadStore>(parts, new PayloadStore(parts)));
    }

    /// <summary>A queue that delivers at least once.</summary>
    public static LeaseQueue<T> CreateLeases<T>(IScope scope, int capacity, string? name, QueueOptions? options)
    {
        Scope its = Checked(scope, QueueOrder.Fifo, capacity, ref options);
        QueueShape shape = ShapeOf<T>(QueueOrder.Fifo, capacity, options) with { ItemType = QueueParts.HashOf(typeof(T), isRaw: false) };

        // Always with the guard of those who get: items come back from other units as well.
        int flags = (shape.Flags & ~QueueFlags.SingleConsumer) | QueueFlags.AtLeastOnce | QueueFlags.Payloads;
        shape = shape with { Flags = (byte)flags, SlotBytes = PayloadSlot.Size };
        QueueParts parts = QueueParts.Create(its, name, shape);
        if (its.IsShared)
        {
            return (LeaseQueue<T>)Attach<T>(parts, [.. options.Codecs], priority: null);
        }

        // The items that the numbers in the queue stand for belong to it, whoever opens its name.
        (QueueCore<Payload, PayloadStore> core, HandleForm<T> form) = name is null ? Make(parts) : NamedQueues.GetOrAdd(parts, Make);
        return new LeaseQueue<T>(core, form, []);

        static (QueueCore<Payload, PayloadStore> Core, HandleForm<T> Form) Make(QueueParts parts) =>
            (new QueueCore<Payload, PayloadStore>(parts, new PayloadStore(parts)), new HandleForm<T>());
    }

    /// <summary>This process's object for a queue of shared memory.</summary>
    /// <exception cref="InvalidDataException">It has other items.</exception>
    public static ScopeQueue<T> Attach<T>(QueueParts parts, IReadOnlyList<ICodec> codecs, Func<T, long>? priority)
    {
        QueueOrder order = parts.Facts.Order;
        bool isRaw = IsRaw<T>() && !parts.Facts.Has(QueueFlags.Payloads);
        if (parts.Facts.ItemType != QueueParts.HashOf(typeof(T), isRaw))
        {
            throw new InvalidDataException($"{parts} does not have items of type {typeof(T)}, or another build of it.");
        }

        TravelExtensions.Enter();
        if (isRaw)
        {
            if (parts.Facts.SlotBytes != StrideOf<T>(order))
            {
                throw parts.Damaged();
            }

            var core = new QueueCore<T, RawStore<T>>(parts, default);
            return order == QueueOrder.Priority ? new DirectPriorityQueue<T, RawStore<T>>(core, priority) : new DirectQueue<T, RawStore<T>>(core, priority);
        }

        if (!parts.Facts.Has(QueueFlags.Payloads))
        {
            throw parts.Damaged();
        }

        var encoded = new QueueCore<Payload, PayloadStore>(parts, new PayloadStore(parts));
        Type? element = ElementOf<T>(codecs);
        if (!parts.Facts.Has(QueueFlags.AtLeastOnce) && element is not null && order == QueueOrder.Fifo)
        {
            return (ScopeQueue<T>)Activator.CreateInstance(typeof(BufferQueue<>).MakeGenericType(element), encoded)!;
        }

        ItemForm<T> form = element is null
            ? new CodecForm<T>(codecs, $"an item of {parts}")
            : (ItemForm<T>)Activator.CreateInstance(typeof(ArrayForm<,>).MakeGenericType(typeof(T), element))!;
        return parts.Facts.Has(QueueFlags.AtLeastOnce) ? new LeaseQueue<T>(encoded, form, codecs)
            : order == QueueOrder.Priority ? new EncodedPriorityQueue<T>(encoded, form, codecs, priority)
            : new EncodedQueue<T>(encoded, form, codecs, priority);
    }

    private static Scope Checked(IScope scope, QueueOrder order, int capacity, [NotNull] ref QueueOptions? options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        options ??= new QueueOptions();
        Check(order, capacity, options);
        return scope as Scope
            ?? throw new ArgumentException($"The scope '{scope.Name}' has no queues: it is a {scope.GetType()}. Queues are made in a thread scope or a process scope.", nameof(scope));
    }

    private static ScopeQueue<T> CreateManaged<T>(Scope scope, QueueOrder order, int capacity, string? name, QueueOptions options, Func<T, long>? priority)
    {
        bool isGrowing = capacity is Capacity.Unbounded or > LargestAtOnce;
        byte flags = (byte)(QueueFlags.Managed | (isGrowing ? QueueFlags.Growing : 0) | PromisesOf(options));
        int slotBytes = order == QueueOrder.Priority ? PrioritySlot.Size : 0;
        var shape = new QueueShape(order, flags, LimitOf(capacity), slotBytes, long.MaxValue, QueueParts.HashOf(typeof(T), isRaw: false), typeof(T).ToString());
        QueueParts parts = QueueParts.Create(scope, name, shape);
        if (!parts.Facts.Has(QueueFlags.Managed))
        {
            throw new ArgumentException($"The name '{name}' belongs to a queue of scope '{scope.Name}' of buffers, or with leases.", nameof(name));
        }

        QueueCore<T, ManagedStore<T>> core = name is null ? Make(parts) : NamedQueues.GetOrAdd(parts, Make);
        return order == QueueOrder.Priority ? new DirectPriorityQueue<T, ManagedStore<T>>(core, priority) : new DirectQueue<T, ManagedStore<T>>(core, priority);

        static QueueCore<T, ManagedStore<T>> Make(QueueParts parts) =>
            new(parts, new ManagedStore<T>(Synchronization.Engine.QueueProtocol.SlotCount(parts.Control)));
    }

    private static QueueShape ShapeOf<T>(QueueOrder order, int capacity, QueueOptions options)
    {
        bool isRaw = IsRaw<T>();
        int stride = isRaw ? StrideOf<T>(order) : ((options.ItemBytes + PayloadSlot.HeaderSize + 63) & ~63) + (order == QueueOrder.Priority ? PrioritySlot.Size : 0);
        byte flags = (byte)((capacity == Capacity.Unbounded ? QueueFlags.Growing : 0) | (isRaw ? 0 : QueueFlags.Payloads) | PromisesOf(options));
        return new QueueShape(order, flags, LimitOf(capacity), stride, options.MostBytes, QueueParts.HashOf(typeof(T), isRaw), typeof(T).ToString());
    }

    // Of items that are in the slots as they are.
    private static int StrideOf<T>(QueueOrder order) =>
        (Unsafe.SizeOf<T>() + (order == QueueOrder.Priority ? PrioritySlot.Size : 0)) switch { 1 => 1, 2 => 2, 3 or 4 => 4, var size => (size + 7) & ~7 };

    private static int LimitOf(int capacity) => capacity == Capacity.Unbounded ? int.MaxValue : capacity;

    private static byte PromisesOf(QueueOptions options) =>
        (byte)((options.SingleProducer ? QueueFlags.SingleProducer : 0) | (options.SingleConsumer ? QueueFlags.SingleConsumer : 0));

    // Bytes that mean the same in every process: no references, no addresses.
    private static bool IsRaw<T>() => !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && RawLayout.Of(typeof(T)) == RawKind.Raw;

    // Of an array whose memory is put as it is.
    private static Type? ElementOf<T>(IReadOnlyList<ICodec> codecs) =>
        typeof(T).IsSZArray && typeof(T).GetElementType() is { IsValueType: true } element && RawLayout.Of(element) == RawKind.Raw && !codecs.Any(static codec => codec.CanEncode(typeof(T)))
            ? element
            : null;

    private static void Check(QueueOrder order, int capacity, QueueOptions options)
    {
        int most = order == QueueOrder.Priority ? Synchronization.Engine.PriorityHeap.MostSlots : 1 << 30;
        if ((capacity < 1 && capacity != Capacity.Unbounded) || capacity > most)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"A queue takes 1 to {most:N0} items; for no limit say Capacity.Unbounded.");
        }

        if (options.ItemBytes is < 8 or > LargestItem)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.ItemBytes, $"ItemBytes is 8 to {LargestItem:N0}.");
        }

        if (options.MostBytes is < FewestBytes or > MostBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MostBytes, $"MostBytes is {FewestBytes:N0} to {MostBytes:N0}.");
        }
    }
}
