using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plait.Synchronization.Engine;

namespace Plait.SharedData.Engine;

/// <summary>What a dictionary does, wherever its pairs are.</summary>
internal abstract class DictionaryCore<TKey, TValue>
    where TKey : notnull
{
    public abstract int Count { get; }

    public abstract bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value, out DictionaryVersion version);

    /// <summary>Whether it was changed. <paramref name="expected"/> is the value that goes with the version, or the one that is compared.</summary>
    public abstract bool TryChange(TKey key, TValue value, DictionaryChange change, DictionaryVersion version, TValue expected);

    public abstract bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value);

    public abstract void Clear();

    public abstract IEnumerator<KeyValuePair<TKey, TValue>> Enumerate();
}

/// <summary>The pairs of a dictionary of a thread scope: objects of this process.</summary>
internal sealed class ManagedDictionary<TKey, TValue> : DictionaryCore<TKey, TValue>
    where TKey : notnull
{
    // Those with a name stay as long as the process, as their records do.
    private static readonly ConcurrentDictionary<ulong, ManagedDictionary<TKey, TValue>> Named = new();

    private readonly ConcurrentDictionary<TKey, TValue> _pairs = new();

    public override int Count => _pairs.Count;

    /// <summary>The pairs of that dictionary: the same for all who find it by its name.</summary>
    public static ManagedDictionary<TKey, TValue> Of(SharedPart part) =>
        part.IsCounted ? new ManagedDictionary<TKey, TValue>() : Named.GetOrAdd(part.Serial, static _ => new ManagedDictionary<TKey, TValue>());

    public override bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value, out DictionaryVersion version)
    {
        version = default;
        return _pairs.TryGetValue(key, out value);
    }

    public override bool TryChange(TKey key, TValue value, DictionaryChange change, DictionaryVersion version, TValue expected)
    {
        switch (change)
        {
            case DictionaryChange.Set:
                _pairs[key] = value;
                return true;
            case DictionaryChange.Add:
                return _pairs.TryAdd(key, value);
            default:
                return _pairs.TryUpdate(key, value, expected);
        }
    }

    public override bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value) => _pairs.TryRemove(key, out value);

    public override void Clear() => _pairs.Clear();

    public override IEnumerator<KeyValuePair<TKey, TValue>> Enumerate() => _pairs.GetEnumerator();
}
