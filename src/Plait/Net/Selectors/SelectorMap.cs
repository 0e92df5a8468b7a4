using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Plait.Net.Selectors;

/// <summary>What <see cref="Selector.Map"/> gives: always what is registered now. Whoever goes through it sees what was registered when he began.</summary>
internal sealed class SelectorMap(RegistrationTable table, Lock gate) : IReadOnlyDictionary<int, SelectorKey>
{
    public int Count
    {
        get
        {
            lock (gate)
            {
                return table.Count;
            }
        }
    }

    public IEnumerable<int> Keys => Snapshot().Select(static key => key.Descriptor);

    public IEnumerable<SelectorKey> Values => Snapshot();

    public SelectorKey this[int key] =>
        TryGetValue(key, out SelectorKey value) ? value : throw new KeyNotFoundException($"Descriptor {key} is not registered.");

    public bool ContainsKey(int key) => TryGetValue(key, out _);

    public bool TryGetValue(int key, [MaybeNullWhen(false)] out SelectorKey value)
    {
        lock (gate)
        {
            Registration? registration = table[key];
            value = registration?.Key ?? default;
            return registration is not null;
        }
    }

    public IEnumerator<KeyValuePair<int, SelectorKey>> GetEnumerator() =>
        Snapshot().Select(static key => KeyValuePair.Create(key.Descriptor, key)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private SelectorKey[] Snapshot()
    {
        lock (gate)
        {
            return [.. table.All.Select(static registration => registration.Key)];
        }
    }
}
