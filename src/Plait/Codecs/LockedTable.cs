namespace Plait.Codecs;

/// <summary>
/// A dictionary behind a lock. Used instead of ConcurrentDictionary where a cold worker passes: that one lies in an
/// assembly of its own, which would have to be loaded before the first function runs.
/// </summary>
internal sealed class LockedTable<TKey, TValue>
    where TKey : class
    where TValue : class
{
    // Guarded by itself.
    private readonly Dictionary<TKey, TValue> _entries = [];

    public TValue? Find(TKey key)
    {
        lock (_entries)
        {
            return _entries.TryGetValue(key, out TValue? value) ? value : null;
        }
    }

    /// <summary>The value that was there first.</summary>
    public TValue FindOrAdd(TKey key, TValue value)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(key, out TValue? first))
            {
                return first;
            }

            _entries.Add(key, value);
            return value;
        }
    }
}
