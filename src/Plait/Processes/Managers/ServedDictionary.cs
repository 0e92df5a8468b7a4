using System.Runtime.InteropServices;

namespace Plait.Processes.Managers;

/// <summary>The object behind an <see cref="IManagedDictionary{TKey, TValue}"/>.</summary>
internal sealed class ServedDictionary<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> items) : Dictionary<TKey, TValue>(items), IManagedDictionary<TKey, TValue>
    where TKey : notnull
{
    public TKey[] GetKeys() => [.. Keys];

    public TValue[] GetValues() => [.. Values];

    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        var all = new KeyValuePair<TKey, TValue>[Count];
        ((ICollection<KeyValuePair<TKey, TValue>>)this).CopyTo(all, 0);
        return all;
    }

    public (bool IsFound, TValue? Value) Find(TKey key) => (TryGetValue(key, out TValue? value), value);

    public TValue GetOrAdd(TKey key, TValue value)
    {
        ref TValue? place = ref CollectionsMarshal.GetValueRefOrAddDefault(this, key, out bool isThere);
        if (!isThere)
        {
            place = value;
        }

        return place!;
    }

    // The change is the user's own and may throw: nothing is added before it has returned.
    public TValue AddOrUpdate(TKey key, TValue value, Func<TValue, TValue> change) => this[key] = TryGetValue(key, out TValue? old) ? change(old) : value;

    public (bool IsFound, TValue? Value) Take(TKey key) => (Remove(key, out TValue? value), value);
}
