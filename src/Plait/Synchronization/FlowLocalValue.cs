namespace Plait.Synchronization;

/// <summary>A value per async flow. What is stored is never changed, only replaced, so a child's change cannot be seen by its parent.</summary>
internal sealed class FlowLocalValue<T>(Func<T>? factory) : ILocal<T>
{
    private readonly AsyncLocal<Entry?> _entry = new();
    private long _made;
    private volatile bool _isDisposed;

    public LocalKind Kind => LocalKind.Flow;

    public T Value
    {
        get
        {
            Entry? entry = Own();
            return entry is { HasValue: true } ? entry.Value : factory is null ? default! : Make(factory, entry);
        }

        set
        {
            CheckUse();
            _entry.Value = new Entry(value, hasValue: true);
        }
    }

    public bool HasValue => Own() is { HasValue: true };

    public IReadOnlyList<T> Values =>
        throw new NotSupportedException("A local per flow cannot list its values: nobody knows which flows still go on. Use LocalKind.Thread, or collect the values yourself.");

    public void Clear()
    {
        CheckUse();
        _entry.Value = null;
    }

    public LocalStatistics GetStatistics() => new(Kind, Values: null, Interlocked.Read(ref _made));

    public void Dispose()
    {
        // Each flow holds its own values; all that can be done is to refuse to give them out.
        _isDisposed = true;
        _entry.Value = null;
    }

    private T Make(Func<T> make, Entry? entry)
    {
        if (entry is { IsMaking: true })
        {
            throw new InvalidOperationException("The factory of a local reads the very variable that it makes a value for. Give it what it needs from elsewhere.");
        }

        var making = new Entry(default!, hasValue: false) { IsMaking = true };
        _entry.Value = making;
        try
        {
            T value = make();
            _entry.Value = new Entry(value, hasValue: true);
            Interlocked.Increment(ref _made);
            return value;
        }
        catch
        {
            _entry.Value = null;
            throw;
        }
        finally
        {
            // Flows that the factory has started have inherited the mark, and may go on for long.
            making.IsMaking = false;
        }
    }

    private Entry? Own()
    {
        CheckUse();
        return _entry.Value;
    }

    private void CheckUse() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(ILocal<T>));

    private sealed class Entry(T value, bool hasValue)
    {
        private volatile bool _isMaking;

        public T Value => value;

        public bool HasValue => hasValue;

        public bool IsMaking
        {
            get => _isMaking;
            set => _isMaking = value;
        }
    }
}
