using System.Text;
using Plait.Codecs;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.SharedData.Engine;

/// <summary>
/// One object's hold of a block of shared data. The process is a holder while it has one of these; the block is freed with the last process that is.
/// One with a name stays as long as the memory.
/// </summary>
internal sealed unsafe class SharedPart : IDisposable
{
    private readonly HeapBlock* _block;
    private readonly byte* _data;
    private bool _isDisposed;
    private bool _isHandedOut;
    private IReentrantLock? _lock;

    private SharedPart(Scope scope, HeapBlock* block, ulong serial, uint index, long length, bool isCounted)
    {
        Scope = scope;
        Index = index;
        Serial = serial;
        Length = length;
        IsCounted = isCounted;
        _block = block;
        _data = SharedHeap.Data(block) + SharedDataHeader.Size;
        if (!isCounted)
        {
            GC.SuppressFinalize(this);
        }
    }

    // No span keeps this object. Where one was given out the block stays as long as nobody else has it either: who sent it disposes it when all is done.
    ~SharedPart() => SharedHolds.Remove(this, unlessLast: _isHandedOut);

    public Scope Scope { get; }

    public ScopeMemory Memory => Scope.Memory;

    /// <summary>Its object, which has its name; 0 when it has none.</summary>
    public uint Index { get; }

    public ulong Serial { get; }

    /// <summary>Elements, as they were when this was made: what stands in the memory now is not asked.</summary>
    public long Length { get; }

    /// <summary>Whether it is freed with its last holder. Changed by <see cref="SharedHolds"/> alone, before anybody else has the object.</summary>
    public bool IsCounted { get; set; }

    public HeapBlock* Block => _block;

    public ulong Place => Memory.Heap.PlaceOf(_block);

    public SharedDataHeader* Header => SharedHeap.HeaderOf(_block);

    public ObjectKind Kind { get; private init; }

    public string Name => Index != 0 ? Memory.DescribeObject(Index) : $"{ScopeMemory.Describe(Kind)} #{Serial}";

    /// <summary>The first element.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    public byte* Data
    {
        get
        {
            if (_isDisposed || Scope.IsClosed)
            {
                Throw();
            }

            return _data;

            void Throw() => throw new ObjectDisposedException(null, $"{Name} is disposed, or its scope '{Scope.Name}' is.");
        }
    }

    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    public void ThrowIfDisposed() => _ = Data;

    /// <summary>The same for a caller that gives addresses out: the block stays this process's until it is disposed.</summary>
    public byte* DataToHandOut
    {
        get
        {
            if (!_isHandedOut)
            {
                _isHandedOut = true;
            }

            return Data;
        }
    }

    /// <summary>The lock that goes with it, made when it is first asked for.</summary>
    public IReentrantLock Lock
    {
        get
        {
            ThrowIfDisposed();
            return Volatile.Read(ref _lock) ?? FindLock();
        }
    }

    /// <summary>New, or the one of that name.</summary>
    /// <exception cref="ArgumentException">The name belongs to something else, or to one of other elements.</exception>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    public static SharedPart Create(IScope scope, string? name, in SharedShape shape, Action<SharedPart> prepare)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (scope is not Scope its)
        {
            throw new ArgumentException($"The scope '{scope.Name}' has no shared data: it is a {scope.GetType()}. Shared data is made in a thread scope or a process scope.", nameof(scope));
        }

        ObjectDisposedException.ThrowIf(its.IsClosed, its);
        SharedDataExtension.Enter();
        if (name is null)
        {
            return MakeNew(its, shape, 0, isCounted: true, prepare);
        }

        SharedShape wanted = shape;
        SharedPart? made = null;
        uint index = its.MakeNamed(shape.Kind, name, () =>
        {
            made = MakeNew(its, wanted, 0, isCounted: true, prepare);
            uint mine = its.Memory.Allocate(wanted.Kind);
            Volatile.Write(ref its.Memory.Object(mine)->Content, made.Place);

            // A name keeps what it belongs to, from the moment when others can find it.
            SharedHeap.Keep(made._block);
            SharedHolds.Forget(made);
            return mine;
        });
        if (made is not null && its.Memory.Object(index)->Content == made.Place)
        {
            return new SharedPart(its, made._block, made.Serial, index, made.Length, isCounted: false) { Kind = shape.Kind };
        }

        if (made is not null)
        {
            // Somebody was quicker.
            its.Memory.Heap.Own(made._block);
            its.Memory.Heap.Free(made._block);
        }

        SharedPart found = AttachNamed(its, shape.Kind, index);
        return found.Header->ElementType == shape.ElementType && (shape.Length < 0 || found.Length == shape.Length) ? found : throw new ArgumentException(
            $"The name '{name}' belongs to a {ScopeMemory.Describe(shape.Kind)} of scope '{its.Name}' that has {found.Length:N0} elements, perhaps of another type; one with {shape.Length:N0} of {shape.TypeName} needs another name.", nameof(name));
    }

    /// <summary>One that is there, by what a message says.</summary>
    /// <exception cref="InvalidDataException">There is none any more, or another.</exception>
    public static SharedPart Attach(Scope scope, ObjectKind kind, uint index, ulong place, ulong serial)
    {
        SharedDataExtension.Enter();
        if (index != 0)
        {
            return AttachNamed(scope, kind, index);
        }

        HeapBlock* block = scope.Memory.Heap.At(place);
        if (block is null || !HasHeader(scope.Memory, block) || !SharedHolds.TryAdd(scope.Memory, block, serial))
        {
            throw new InvalidDataException($"The {ScopeMemory.Describe(kind)} #{serial} of scope '{scope.Name}' is gone: every process that held it has disposed it. Keep it until the other side has received it.");
        }

        return Adopt(scope, block, kind, 0, isCounted: true, serial);
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            SharedHolds.Remove(this, unlessLast: false);
        }

        GC.SuppressFinalize(this);
    }

    public override string ToString() => $"{ScopeMemory.Describe(Kind)} '{Name}'";

    private static SharedPart MakeNew(Scope scope, in SharedShape shape, uint index, bool isCounted, Action<SharedPart> prepare)
    {
        HeapBlock* block = scope.Memory.Heap.AllocateCounted(shape.Kind, shape.ElementBytes, Math.Max(shape.Length, 0), shape.ElementType);
        SharedHolds.AddNew(scope.Memory, block);
        var part = new SharedPart(scope, block, SharedHeap.HeaderOf(block)->Serial, index, Math.Max(shape.Length, 0), isCounted) { Kind = shape.Kind };
        prepare(part);
        return part;
    }

    private static SharedPart AttachNamed(Scope scope, ObjectKind kind, uint index)
    {
        ObjectRecord* record = scope.Memory.Object(index);
        HeapBlock* block = record->Kind == kind ? scope.Memory.Heap.At(Volatile.Read(ref record->Content)) : null;
        if (block is null || !HasHeader(scope.Memory, block))
        {
            throw new InvalidDataException($"Scope '{scope.Name}' has no {ScopeMemory.Describe(kind)} number {index}.");
        }

        return Adopt(scope, block, kind, index, isCounted: false, SharedHeap.HeaderOf(block)->Serial);
    }

    private static bool HasHeader(ScopeMemory memory, HeapBlock* block) => memory.Heap.Range(memory.Heap.PlaceOf(block), HeapBlock.Size + SharedDataHeader.Size) is not null;

    // Every number is read once, and then checked: another process may write into them at any time.
    private static SharedPart Adopt(Scope scope, HeapBlock* block, ObjectKind kind, uint index, bool isCounted, ulong serial)
    {
        SharedDataHeader* header = SharedHeap.HeaderOf(block);
        long length = Volatile.Read(ref header->Length);
        long elementBytes = Volatile.Read(ref header->ElementBytes);
        bool isSound = header->Magic == SharedDataHeader.ExpectedMagic && header->Kind == kind && length is >= 0 and <= int.MaxValue && elementBytes > 0
            && scope.Memory.Heap.Range(scope.Memory.Heap.PlaceOf(block), HeapBlock.Size + SharedDataHeader.Size + (length * elementBytes)) is not null;
        var part = new SharedPart(scope, block, serial, index, length, isCounted) { Kind = kind };
        if (isSound)
        {
            return part;
        }

        part.Dispose();
        throw new InvalidDataException($"The {ScopeMemory.Describe(kind)} #{serial} of scope '{scope.Name}' is damaged: it claims {length} elements of {elementBytes} bytes. A process wrote nonsense into the scope's memory.");
    }

    /// <summary>Checks that the elements are of that type.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public SharedPart Checked(in SharedShape shape)
    {
        if (Header->ElementType == shape.ElementType && Header->ElementBytes == shape.ElementBytes)
        {
            return this;
        }

        string text = ToString();
        Dispose();
        throw new InvalidDataException($"{text} does not have elements of type {shape.TypeName}, or of another build of it.");
    }

    private IReentrantLock FindLock()
    {
        uint index = Volatile.Read(ref Header->Lock);
        IReentrantLock found;
        if (index == 0)
        {
            found = Scope.CreateReentrantLock(null, null, "", 0);
            Synchronizer made = (Synchronizer)found;

            // Whoever finds the data later finds its lock as well, so its record must stay.
            made.Record->NameEntry = ObjectRecord.Kept;
            index = Interlocked.CompareExchange(ref Header->Lock, made.Index, 0);
            if (index == 0)
            {
                return Interlocked.CompareExchange(ref _lock, found, null) ?? found;
            }

            made.Record->NameEntry = 0;
        }

        found = Memory.Object(index)->Kind == ObjectKind.ReentrantLock ? (IReentrantLock)Scope.Attach(index)
            : throw new InvalidDataException($"{this} is damaged: its lock is object {index}, which is none.");
        return Interlocked.CompareExchange(ref _lock, found, null) ?? found;
    }
}

/// <summary>What shared data is to be.</summary>
internal readonly record struct SharedShape(ObjectKind Kind, int ElementBytes, long Length, ulong ElementType, string TypeName)
{
    /// <summary>Of values whose bytes are what they are in every process.</summary>
    /// <exception cref="CannotTravelException">They hold an address or a handle.</exception>
    public static unsafe SharedShape Of<T>(ObjectKind kind, long length)
        where T : unmanaged
    {
        if (RawLayout.Of(typeof(T)) != RawKind.Raw)
        {
            throw new CannotTravelException($"A {ScopeMemory.Describe(kind)} cannot have elements of type {typeof(T)}: it holds an address or a handle, which means nothing in another process. Take a type of numbers only.");
        }

        return new SharedShape(kind, sizeof(T), length, HashOf(typeof(T)), typeof(T).ToString());
    }

    /// <summary>The same number for the same types of the same build.</summary>
    public static ulong HashOf(params ReadOnlySpan<Type> types)
    {
        // FNV-1a, 64 bits.
        ulong hash = 14695981039346656037;
        foreach (Type type in types)
        {
            // Of the framework's types the name is enough: two processes of one program may run on different patches of it.
            Guid build = type.Module == typeof(object).Module ? Guid.Empty : type.Module.ModuleVersionId;
            foreach (byte part in Encoding.UTF8.GetBytes($"{type}:{build};"))
            {
                hash = (hash ^ part) * 1099511628211;
            }
        }

        return hash;
    }
}
