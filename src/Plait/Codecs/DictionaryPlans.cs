using System.Collections;
using System.Collections.Immutable;

namespace Plait.Codecs;

/// <summary>Maps: the comparer, then keys and values in turn.</summary>
internal abstract class MapPlan<TKey, TValue>(Type type, object defaultComparer, Type comparerType) : TypePlan(type)
    where TKey : notnull
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (!Tracked && writer.IsOpen(value))
        {
            throw Refusals.Cycle(writer, Type);
        }

        writer.Enter(value);
        ComparerCodec.Write(writer, ComparerOf(value), defaultComparer, comparerType, codec);
        var map = (IReadOnlyDictionary<TKey, TValue>)value;
        writer.WriteCount(map.Count);
        int i = 0;
        foreach (KeyValuePair<TKey, TValue> entry in map)
        {
            writer.At(i++);
            Element<TKey>.Write(writer, entry.Key, codec);
            Element<TValue>.Write(writer, entry.Value, codec);
        }

        writer.Leave();
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        object? comparer = ComparerCodec.Read(ref reader, comparerType, codec);
        IDictionary<TKey, TValue> map = Create(comparer);
        if (Tracked)
        {
            reader.Track(map);
        }

        int count = reader.ReadCount(bytesEach: 2);
        if (!Tracked || !reader.IsNested)
        {
            for (int i = 0; i < count; i++)
            {
                TKey key = Element<TKey>.Read(ref reader, codec);
                Add(map, key, Element<TValue>.Read(ref reader, codec));
            }

            return Finish(map);
        }

        var entries = new List<KeyValuePair<TKey, TValue>>(Math.Min(count, 1024));
        for (int i = 0; i < count; i++)
        {
            TKey key = Element<TKey>.Read(ref reader, codec);
            entries.Add(new(key, Element<TValue>.Read(ref reader, codec)));
        }

        reader.Defer(() =>
        {
            foreach (KeyValuePair<TKey, TValue> entry in entries)
            {
                Add(map, entry.Key, entry.Value);
            }
        });
        return map;
    }

    protected abstract object? ComparerOf(object value);

    protected abstract IDictionary<TKey, TValue> Create(object? comparer);

    /// <summary>The finished map, when it is another object than the one that was filled.</summary>
    protected virtual object Finish(IDictionary<TKey, TValue> map) => map;

    private void Add(IDictionary<TKey, TValue> map, TKey key, TValue value)
    {
        try
        {
            map.Add(key, value);
        }
        catch (Exception e)
        {
            throw new InvalidDataException($"An entry of the message does not fit a {Type}: {e.Message}", e);
        }
    }
}

internal sealed class DictionaryPlan<TKey, TValue> : MapPlan<TKey, TValue>, IMaterializer
    where TKey : notnull
{
    public DictionaryPlan()
        : base(typeof(Dictionary<TKey, TValue>), EqualityComparer<TKey>.Default, typeof(IEqualityComparer<TKey>)) => Tracked = true;

    public object Materialize(IEnumerable items)
    {
        if (items is IEnumerable<KeyValuePair<TKey, TValue>> typed)
        {
            return new Dictionary<TKey, TValue>(typed);
        }

        var map = new Dictionary<TKey, TValue>();
        foreach (DictionaryEntry entry in (IDictionary)items)
        {
            map.Add((TKey)entry.Key, (TValue)entry.Value!);
        }

        return map;
    }

    protected override object? ComparerOf(object value) => ((Dictionary<TKey, TValue>)value).Comparer;

    protected override IDictionary<TKey, TValue> Create(object? comparer) => new Dictionary<TKey, TValue>((IEqualityComparer<TKey>?)comparer);
}

internal sealed class SortedDictionaryPlan<TKey, TValue> : MapPlan<TKey, TValue>
    where TKey : notnull
{
    public SortedDictionaryPlan()
        : base(typeof(SortedDictionary<TKey, TValue>), Comparer<TKey>.Default, typeof(IComparer<TKey>)) => Tracked = true;

    protected override object? ComparerOf(object value) => ((SortedDictionary<TKey, TValue>)value).Comparer;

    protected override IDictionary<TKey, TValue> Create(object? comparer) => new SortedDictionary<TKey, TValue>((IComparer<TKey>?)comparer);
}

internal sealed class SortedListPlan<TKey, TValue> : MapPlan<TKey, TValue>
    where TKey : notnull
{
    public SortedListPlan()
        : base(typeof(SortedList<TKey, TValue>), Comparer<TKey>.Default, typeof(IComparer<TKey>)) => Tracked = true;

    protected override object? ComparerOf(object value) => ((SortedList<TKey, TValue>)value).Comparer;

    protected override IDictionary<TKey, TValue> Create(object? comparer) => new SortedList<TKey, TValue>((IComparer<TKey>?)comparer);
}

internal sealed class ImmutableDictionaryPlan<TKey, TValue>()
    : MapPlan<TKey, TValue>(typeof(ImmutableDictionary<TKey, TValue>), EqualityComparer<TKey>.Default, typeof(IEqualityComparer<TKey>))
    where TKey : notnull
{
    protected override object? ComparerOf(object value) => ((ImmutableDictionary<TKey, TValue>)value).KeyComparer;

    protected override IDictionary<TKey, TValue> Create(object? comparer) =>
        ImmutableDictionary.CreateBuilder<TKey, TValue>((IEqualityComparer<TKey>?)comparer);

    protected override object Finish(IDictionary<TKey, TValue> map) => ((ImmutableDictionary<TKey, TValue>.Builder)map).ToImmutable();
}
