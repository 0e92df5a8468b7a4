namespace Plait.Codecs;

/// <summary>
/// Shortens function references on one channel: the first time the definition goes, then a small number. The sending side
/// and the receiving side each have one. Not thread-safe: a channel has one writer and one reader.
/// </summary>
/// <remarks>
/// A payload that was written with a table belongs to that channel, and the receiver reads payloads in the order of writing.
/// After a payload is sent the sender calls <see cref="Commit"/>, and <see cref="Rollback"/> when it is dropped instead.
/// Payloads that may go to any of several workers are written without a table.
/// </remarks>
internal class FunctionTable
{
    private readonly Dictionary<FunctionShape, int> _numbers = [];
    private readonly List<FunctionShape?> _shapes = [];

    // On the receiving side: definitions that came ahead of the first call of their function.
    private List<byte[]?>? _definitions;
    private int _committed;

    public int Count => _shapes.Count;

    /// <summary>The functions of the last payload are known to the receiver from now on.</summary>
    public void Commit() => _committed = _shapes.Count;

    /// <summary>The last payload was not sent: its new functions are forgotten.</summary>
    public void Rollback()
    {
        for (int i = _shapes.Count - 1; i >= _committed; i--)
        {
            _numbers.Remove(_shapes[i]!);
            _shapes.RemoveAt(i);
        }
    }

    /// <summary>Keeps a definition that came by itself. Read at its first call, so that a bad one fails that call.</summary>
    public virtual void Define(ReadOnlySpan<byte> definition)
    {
        _definitions ??= [];
        while (_definitions.Count < _shapes.Count)
        {
            _definitions.Add(null);
        }

        _definitions.Add(definition.ToArray());
        _shapes.Add(null);
    }

    internal virtual bool TryGetNumber(FunctionShape shape, out int number) => _numbers.TryGetValue(shape, out number);

    internal virtual void Add(FunctionShape shape)
    {
        _numbers.TryAdd(shape, _shapes.Count);
        _shapes.Add(shape);
    }

    internal virtual FunctionShape this[ulong number] => number < (ulong)_shapes.Count
        ? _shapes[(int)number] ??= FunctionCache.Find(_definitions![(int)number])
        : throw new InvalidDataException($"The message names function {number}; the channel knows {_shapes.Count}.");
}
