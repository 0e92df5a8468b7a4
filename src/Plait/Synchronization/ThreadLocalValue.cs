namespace Plait.Synchronization;

/// <summary>A value per thread. The runtime drops a thread's slot with the thread; the list of all slots is weak, so it keeps nothing that the runtime has dropped.</summary>
internal sealed class ThreadLocalValue<T> : ILocal<T>
{
    private const int FirstPruning = 64;

    private readonly Func<T>? _factory;
    private readonly ThreadLocal<Slot> _slots;
    private readonly Lock _gate = new();

    // Guarded by _gate; in order of creation.
    private readonly List<WeakReference<Slot>> _all = [];
    private int _pruneAt = FirstPruning;

    private long _made;
    private volatile bool _isDisposed;

    public ThreadLocalValue(Func<T>? factory)
    {
        _factory = factory;

        // The runtime's own list of values keeps those of ended threads; hence ours.
        _slots = new ThreadLocal<Slot>(AddSlot, trackAllValues: false);
    }

    public LocalKind Kind => LocalKind.Thread;

    public T Value
    {
        get
        {
            Slot slot = Own();
            return slot.HasValue || _factory is null ? slot.Value : Make(slot, _factory);
        }

        set => Own().Set(value);
    }

    public bool HasValue
    {
        get
        {
            CheckUse();
            return _slots.IsValueCreated && Own().HasValue;
        }
    }

    public IReadOnlyList<T> Values
    {
        get
        {
            CheckUse();
            var values = new List<T>();
            lock (_gate)
            {
                Prune_UnderLock();
                foreach (WeakReference<Slot> reference in _all)
                {
                    if (reference.TryGetTarget(out Slot? slot) && slot.TryGet(out T value))
                    {
                        values.Add(value);
                    }
                }
            }

            return values;
        }
    }

    public void Clear()
    {
        if (HasValue)
        {
            Own().Clear();
        }
    }

    public LocalStatistics GetStatistics() => new(Kind, _isDisposed ? 0 : Values.Count, Interlocked.Read(ref _made));

    public void Dispose()
    {
        _isDisposed = true;
        lock (_gate)
        {
            _all.Clear();
            _slots.Dispose();
        }
    }

    private T Make(Slot slot, Func<T> factory)
    {
        if (slot.IsMaking)
        {
            throw new InvalidOperationException("The factory of a local reads the very variable that it makes a value for. Give it what it needs from elsewhere.");
        }

        slot.IsMaking = true;
        try
        {
            T value = factory();
            slot.Set(value);
            Interlocked.Increment(ref _made);
            return value;
        }
        finally
        {
            slot.IsMaking = false;
        }
    }

    private Slot Own()
    {
        CheckUse();
        return _slots.Value!;
    }

    private void CheckUse() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(ILocal<T>));

    private Slot AddSlot()
    {
        var slot = new Slot();
        lock (_gate)
        {
            _all.Add(new WeakReference<Slot>(slot));
            if (_all.Count >= _pruneAt)
            {
                Prune_UnderLock();
                _pruneAt = Math.Max(FirstPruning, _all.Count * 2);
            }
        }

        return slot;
    }

    private void Prune_UnderLock() => _all.RemoveAll(static reference => !reference.TryGetTarget(out Slot? slot) || !slot.IsOwnerAlive);

    /// <summary>One thread's value. Only its owner writes, under the slot's lock; others read under it, the owner without.</summary>
    private sealed class Slot
    {
        private readonly Thread _owner = Thread.CurrentThread;
        private readonly Lock _gate = new();
        private T _value = default!;

        public bool IsOwnerAlive => _owner.IsAlive;

        /// <summary>The owner's alone: whether its factory runs.</summary>
        public bool IsMaking { get; set; }

        public bool HasValue { get; private set; }

        public T Value => _value;

        public bool TryGet(out T value)
        {
            lock (_gate)
            {
                value = _value;
                return HasValue;
            }
        }

        public void Set(T value)
        {
            lock (_gate)
            {
                _value = value;
                HasValue = true;
            }
        }

        public void Clear()
        {
            lock (_gate)
            {
                _value = default!;
                HasValue = false;
            }
        }
    }
}
