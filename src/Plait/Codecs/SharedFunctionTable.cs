namespace Plait.Codecs;

/// <summary>
/// Numbers for the functions of payloads that may go to any of several workers. Every function has a number from its first
/// payload on; the definitions go to each worker by themselves, in order, before the first call that needs them. Thread-safe.
/// </summary>
internal sealed class SharedFunctionTable : FunctionTable
{
    private readonly LockedTable<FunctionShape, Entry> _entries = new();
    private readonly Lock _gate = new();
    private Entry? _latest;

    // Guarded by _gate.
    private readonly List<byte[]> _definitions = [];

    // Release-written under _gate, after the definition is in place.
    private int _count;

    /// <summary>The definition with this number.</summary>
    public byte[] DefinitionOf(int number)
    {
        lock (_gate)
        {
            return _definitions[number];
        }
    }

    /// <summary>How many there are: a payload written before names none with this number or a higher one.</summary>
    public int DefinitionCount => Volatile.Read(ref _count);

    /// <summary>Always true: a function without a number gets one.</summary>
    /// <exception cref="CannotTravelException">The function's file on disk is another build by now.</exception>
    internal override bool TryGetNumber(FunctionShape shape, out int number)
    {
        // The one looked for last is looked for again, nearly always.
        Entry? entry = Volatile.Read(ref _latest);
        if (entry?.Shape != shape)
        {
            entry = _entries.Find(shape) ?? AddNew(shape);
            Volatile.Write(ref _latest, entry);
        }

        number = entry.Number;
        return true;
    }

    private Entry AddNew(FunctionShape shape)
    {
        shape.ThrowIfChanged();
        byte[] definition = shape.Definition;
        lock (_gate)
        {
            if (_entries.Find(shape) is { } added)
            {
                return added;
            }

            _definitions.Add(definition);
            Volatile.Write(ref _count, _definitions.Count);
            return _entries.FindOrAdd(shape, new Entry(shape, _definitions.Count - 1));
        }
    }

    private sealed class Entry(FunctionShape shape, int number)
    {
        public FunctionShape Shape => shape;

        public int Number => number;
    }
}
