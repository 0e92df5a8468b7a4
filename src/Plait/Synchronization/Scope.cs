using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization.Engine;
using Plait.Synchronization.Primitives;

namespace Plait.Synchronization;

/// <summary>What the scopes of one machine have in common: primitives that lie in memory, private or shared.</summary>
public abstract unsafe class Scope : IScope
{
    private readonly uint _id;

    private protected Scope(ScopeMemory memory, uint id, string name)
    {
        Memory = memory;
        _id = id;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsShared => Memory.IsShared;

    internal ScopeMemory Memory { get; }

    /// <summary>Its number in its memory.</summary>
    internal uint Id => _id;

    internal bool IsClosed { get; private set; }

    /// <summary>Ends this object's use of the scope: what was made through it refuses further use. Others who use the scope go on.</summary>
    public void Dispose()
    {
        IsClosed = true;
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public ILock CreateLock(string? name = null, LockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new ScopeLock(this, Make(ObjectKind.Lock, name, mode: options is { IsStrict: true } ? 1 : 0, order: ClassOf(name, options, file, line)));

    /// <inheritdoc/>
    public IReentrantLock CreateReentrantLock(string? name = null, LockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new ScopeReentrantLock(this, Make(ObjectKind.ReentrantLock, name, mode: options is { IsStrict: true } ? 1 : 0, order: ClassOf(name, options, file, line)));

    /// <inheritdoc/>
    public ISemaphore CreateSemaphore(int initialCount, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initialCount, SemaphoreProtocol.Most);
        return new ScopeSemaphore(this, Make(ObjectKind.Semaphore, name, initialCount, SemaphoreProtocol.Most));
    }

    /// <inheritdoc/>
    public ISemaphore CreateBoundedSemaphore(int initialCount, int maximumCount, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumCount, SemaphoreProtocol.Most - 1);
        ArgumentOutOfRangeException.ThrowIfNegative(initialCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initialCount, maximumCount);
        return new ScopeSemaphore(this, Make(ObjectKind.Semaphore, name, initialCount, maximumCount));
    }

    /// <inheritdoc/>
    public IEvent CreateEvent(bool isSet = false, EventMode mode = EventMode.Manual, string? name = null) =>
        Enum.IsDefined(mode)
            ? new ScopeEvent(this, Make(ObjectKind.Event, name, mode: (byte)mode, state: isSet ? 1u : 0))
            : throw new ArgumentOutOfRangeException(nameof(mode), mode, "An event is manual or automatic.");

    /// <inheritdoc/>
    public ICondition CreateCondition(ILock? over = null, string? name = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (over is not null && (over is not OwnedLock { Scope: Scope its } || its.Memory != Memory || its._id != _id))
        {
            throw new ArgumentException($"The lock '{over.Name}' is not one of scope '{Name}': a condition and its lock lie in the same memory.", nameof(over));
        }

        var itsLock = (OwnedLock)(over ?? CreateReentrantLock(null, null, file, line));
        if (name is not null && itsLock.Record->NameEntry == 0)
        {
            // Whoever finds the condition later finds its lock as well, so its record must stay.
            itsLock.Record->NameEntry = ObjectRecord.Kept;
        }

        uint index = Make(ObjectKind.Condition, name, partner: itsLock.Index);

        // Found by its name, it may have a lock already: that one is its lock.
        uint partner = Memory.Object(index)->Partner;
        return new ScopeCondition(this, index, partner == itsLock.Index ? itsLock : (OwnedLock)Attach(partner));
    }

    /// <summary>This process's object for a primitive that is there.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal Synchronizer Attach(uint index) => Memory.Object(index)->Kind switch
    {
        ObjectKind.Lock => new ScopeLock(this, index),
        ObjectKind.ReentrantLock => new ScopeReentrantLock(this, index),
        ObjectKind.Semaphore => new ScopeSemaphore(this, index),
        ObjectKind.Event => new ScopeEvent(this, index),
        ObjectKind.Condition => new ScopeCondition(this, index, (OwnedLock)Attach(Memory.Object(index)->Partner)),
        ObjectKind.Barrier => new ScopeBarrier(this, index, action: null),
        ObjectKind.ReaderWriterLock => new ScopeReaderWriterLock(this, index),
        ObjectKind.Countdown => new ScopeCountdown(this, index),
        ObjectKind.Once => new ScopeOnce(this, index),
        _ => throw new InvalidDataException($"Scope '{Name}' has no primitive number {index}."),
    };

    /// <inheritdoc/>
    public IBarrier CreateBarrier(int parties, Action? action = null, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parties);
        return new ScopeBarrier(this, Make(ObjectKind.Barrier, name, limit: parties), action);
    }

    /// <inheritdoc/>
    public IReaderWriterLock CreateReaderWriterLock(string? name = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new ScopeReaderWriterLock(this, Make(ObjectKind.ReaderWriterLock, name, order: ClassOf(name, null, file, line)));

    /// <inheritdoc/>
    public ICountdown CreateCountdown(int initialCount, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialCount);
        return new ScopeCountdown(this, Make(ObjectKind.Countdown, name, initialCount, initialCount));
    }

    /// <inheritdoc/>
    public ILocal<T> CreateLocal<T>(Func<T>? factory = null, LocalKind kind = LocalKind.Thread) => LocalValue.Create(kind, factory);

    /// <inheritdoc/>
    public RestartableTimer CreateTimer(Action callback, TimeSpan interval, TimeSpan? period = null) => new(callback, interval, period);

    /// <inheritdoc/>
    public IOnce CreateOnce(string? name = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new ScopeOnce(this, Make(ObjectKind.Once, name, order: ClassOf(name, null, file, line)));

    private uint ClassOf(string? name, LockOptions? options, string file, int line) =>
        LockOrder.IsOn && !IsClosed ? LockOrder.ClassOf(Memory, _id, options?.OrderClass, name, new SourcePlace(file, line)) : 0;

    /// <summary>A queue of the scope by its name, or a new one.</summary>
    internal uint MakeQueue(string? name, Func<uint> make)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return name is null ? make() : Memory.Named(_id, name, ObjectKind.QueueItems, make);
    }

    /// <summary>Shared data of the scope by its name, or new.</summary>
    internal uint MakeNamed(ObjectKind kind, string name, Func<uint> make)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return Memory.Named(_id, name, kind, make);
    }

    private uint Make(ObjectKind kind, string? name, int count = 0, int limit = 0, int mode = 0, uint state = 0, uint partner = 0, uint order = 0)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return name is null ? Make() : Memory.Named(_id, name, kind, Make);

        uint Make()
        {
            uint index = Memory.Allocate(kind);
            ObjectRecord* record = Memory.Object(index);
            record->Count = count;
            record->Limit = limit;
            record->Mode = (byte)mode;
            record->Partner = partner;
            record->OrderClass = order;

            // Last: whoever is given the object finds it complete. Handing it over is the release that others acquire.
            Volatile.Write(ref record->State, state);
            return index;
        }
    }
}
