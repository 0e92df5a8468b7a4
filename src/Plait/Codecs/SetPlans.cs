using System.Collections;
using System.Collections.Immutable;

namespace Plait.Codecs;

/// <summary>Sequences that are rebuilt by adding their items: sets and lists other than the list.</summary>
internal abstract class SequencePlan<T>(Type type, object? defaultComparer, Type? comparerType) : TypePlan(type)
{
    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        bool open = !Tracked && writer.IsOpen(value);
        if (open)
        {
            throw Refusals.Cycle(writer, Type);
        }

        writer.Enter(value);
        if (comparerType is not null)
        {
            ComparerCodec.Write(writer, ComparerOf(value), defaultComparer!, comparerType, codec);
        }

        var items = (IReadOnlyCollection<T>)value;
        writer.WriteCount(items.Count);
        int i = 0;
        foreach (T item in items)
        {
            writer.At(i++);
            Element<T>.Write(writer, item, codec);
        }

        writer.Leave();
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        object? comparer = comparerType is null ? null : ComparerCodec.Read(ref reader, comparerType, codec);
        object? made = Tracked ? Create(comparer) : null;
        if (made is not null)
        {
            reader.Track(made);
        }

        T[] items = Element<T>.ReadMany(ref reader, codec, reader.ReadCount());
        if (made is null)
        {
            return Guard(() => Build(items, comparer));
        }

        if (reader.IsNested)
        {
            reader.Defer(() => Guard(() => Fill(made, items)));
            return made;
        }

        return Guard(() => Fill(made, items));
    }

    protected abstract object? ComparerOf(object value);

    /// <summary>An empty one; only for tracked plans.</summary>
    protected virtual object Create(object? comparer) => throw new InvalidOperationException();

    protected virtual object Fill(object made, T[] items) => throw new InvalidOperationException();

    /// <summary>A full one; only for plans that are not tracked.</summary>
    protected virtual object Build(T[] items, object? comparer) => throw new InvalidOperationException();

    private object Guard(Func<object> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            throw new InvalidDataException($"The items of the message make no {Type}: {e.Message}", e);
        }
    }
}

internal sealed class HashSetPlan<T> : SequencePlan<T>, IMaterializer
{
    public HashSetPlan()
        : base(typeof(HashSet<T>), EqualityComparer<T>.Default, typeof(IEqualityComparer<T>)) => Tracked = true;

    public object Materialize(IEnumerable items) => new HashSet<T>((IEnumerable<T>)items);

    protected override object? ComparerOf(object value) => ((HashSet<T>)value).Comparer;

    protected override object Create(object? comparer) => new HashSet<T>((IEqualityComparer<T>?)comparer);

    protected override object Fill(object made, T[] items)
    {
        ((HashSet<T>)made).UnionWith(items);
        return made;
    }
}

internal sealed class SortedSetPlan<T> : SequencePlan<T>
{
    public SortedSetPlan()
        : base(typeof(SortedSet<T>), Comparer<T>.Default, typeof(IComparer<T>)) => Tracked = true;

    protected override object? ComparerOf(object value) => ((SortedSet<T>)value).Comparer;

    protected override object Create(object? comparer) => new SortedSet<T>((IComparer<T>?)comparer);

    protected override object Fill(object made, T[] items)
    {
        ((SortedSet<T>)made).UnionWith(items);
        return made;
    }
}

internal sealed class LinkedListPlan<T> : SequencePlan<T>
{
    public LinkedListPlan()
        : base(typeof(LinkedList<T>), null, null) => Tracked = true;

    protected override object? ComparerOf(object value) => null;

    protected override object Create(object? comparer) => new LinkedList<T>();

    protected override object Fill(object made, T[] items)
    {
        foreach (T item in items)
        {
            ((LinkedList<T>)made).AddLast(item);
        }

        return made;
    }
}

internal sealed class ImmutableListPlan<T>() : SequencePlan<T>(typeof(ImmutableList<T>), null, null)
{
    protected override object? ComparerOf(object value) => null;

    protected override object Build(T[] items, object? comparer) => ImmutableList.Create(items);
}

internal sealed class ImmutableHashSetPlan<T>()
    : SequencePlan<T>(typeof(ImmutableHashSet<T>), EqualityComparer<T>.Default, typeof(IEqualityComparer<T>))
{
    protected override object? ComparerOf(object value) => ((ImmutableHashSet<T>)value).KeyComparer;

    protected override object Build(T[] items, object? comparer) => ImmutableHashSet.Create((IEqualityComparer<T>?)comparer, items);
}
