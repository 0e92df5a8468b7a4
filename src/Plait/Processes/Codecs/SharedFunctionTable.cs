namespace Plait.Processes.Codecs;

/// <summary>
/// Numbers for the functions of payloads that may go to any of several workers. Every function has a number from its first
/// payload on; the definitions go to each worker by themselves, in order, before the first call that needs them. Thread-safe.
/// </summary>
internal sealed class SharedFunctionTable : FunctionTable
{
    private readonly LockedTable<FunctionShape, Entry> _entries = new();
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<byte[]> _definitions = [];

    /// <summary>The definition with this number.</summary>
    public byte[] DefinitionOf(int number)
    {
        lock (_gate)
        {
            return _definitions[number];
        }
    }

    /// <summary>How many there are: a payload written before names none with this number or a higher one.</summary>
    public int DefinitionCount
    {
        get
        {
            lock (_gate)
            {
                return _definitions.Count;
            }
        }
    }

    /// <summary>Always true: a function without a number gets one.</summary>
    /// <exception cref="CannotTravelException">The function's file on disk is another build by now.</exception>
    internal override bool TryGetNumber(FunctionShape shape, out int number)
    {
        number = (_entries.Find(shape) ?? AddNew(shape)).Number;
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
            return _entries.FindOrAdd(shape, new Entry(_definitions.Count - 1));
        }
    }

    private sealed class Entry(int number)
    {
        public int Number => number;
    }
}
