namespace Plait.Processes.Managers;

/// <summary>The object behind an <see cref="IManagedNamespace"/>.</summary>
internal sealed class ServedNamespace : IManagedNamespace
{
    private readonly SortedDictionary<string, object?> _values = new(StringComparer.Ordinal);

    public object? this[string name]
    {
        get => _values.TryGetValue(name, out object? value) ? value : throw new KeyNotFoundException($"The namespace has no '{name}'. It has: {(_values.Count == 0 ? "nothing" : string.Join(", ", _values.Keys))}.");
        set => _values[name] = value;
    }

    public bool Contains(string name) => _values.ContainsKey(name);

    public bool Remove(string name) => _values.Remove(name);

    public string[] GetNames() => [.. _values.Keys];
}
