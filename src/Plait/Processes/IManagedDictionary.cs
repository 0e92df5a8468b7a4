using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Plait.Processes;

/// <summary>
/// A dictionary in a manager. Each call is a message, and atomic: <see cref="AddOrUpdate"/> counts without a lock. Keys, values and enumerators are copies.
/// </summary>
/// <typeparam name="TKey">The keys' type.</typeparam>
/// <typeparam name="TValue">The values' type. A value that is itself a contract stays in the server, and callers get proxies of it.</typeparam>
[ManagedContract]
public interface IManagedDictionary<TKey, TValue> : IDictionary<TKey, TValue>
    where TKey : notnull
{
    /// <summary>A copy of the keys.</summary>
    ICollection<TKey> IDictionary<TKey, TValue>.Keys => GetKeys();

    /// <summary>A copy of the values.</summary>
    ICollection<TValue> IDictionary<TKey, TValue>.Values => GetValues();

    /// <summary>Always false.</summary>
    bool ICollection<KeyValuePair<TKey, TValue>>.IsReadOnly => false;

    /// <summary>A copy of the keys.</summary>
    /// <returns>In no order.</returns>
    TKey[] GetKeys();

    /// <summary>A copy of the values.</summary>
    /// <returns>In the order of <see cref="GetKeys"/>, if nothing was changed in between.</returns>
    TValue[] GetValues();

    /// <summary>A copy of all entries.</summary>
    /// <returns>In no order.</returns>
    KeyValuePair<TKey, TValue>[] ToArray();

    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it is there, and its value.</returns>
    (bool IsFound, TValue? Value) Find(TKey key);

    /// <summary>Adds an entry unless the key is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it was added.</returns>
    bool TryAdd(TKey key, TValue value);

    /// <summary>Adds an entry unless the key is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, if it is not there.</param>
    /// <returns>The value that is there now.</returns>
    TValue GetOrAdd(TKey key, TValue value);

    /// <summary>Adds an entry, or changes it: nobody else's call comes in between.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, if it is not there.</param>
    /// <param name="change">From the old value to the new one, if it is; runs in the server.</param>
    /// <returns>The value that is there now.</returns>
    TValue AddOrUpdate(TKey key, TValue value, Func<TValue, TValue> change);

    /// <summary>Removes an entry and returns its value.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it was there, and its value.</returns>
    (bool IsFound, TValue? Value) Take(TKey key);

    /// <inheritdoc/>
    bool IDictionary<TKey, TValue>.TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        (bool isFound, value) = Find(key);
        return isFound;
    }

    /// <inheritdoc/>
    void ICollection<KeyValuePair<TKey, TValue>>.Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<TKey, TValue>>.Contains(KeyValuePair<TKey, TValue> item) =>
        Find(item.Key) is (true, var value) && EqualityComparer<TValue>.Default.Equals(value, item.Value);

    /// <inheritdoc/>
    void ICollection<KeyValuePair<TKey, TValue>>.CopyTo(KeyValuePair<TKey, TValue>[] array, int arrayIndex) => ToArray().CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => ((IEnumerable<KeyValuePair<TKey, TValue>>)ToArray()).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => ToArray().GetEnumerator();
}
