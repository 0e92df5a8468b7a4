namespace Plait.Synchronization.Engine;

/// <summary>
/// A list that only grows at its end. Not .NET's: the methods of a <see cref="List{T}"/> of our own structs are compiled in each process that uses one, when
/// it does, and a process that looks for its first deadlock would spend the time on that. What is here is compiled with us, ahead.
/// </summary>
internal sealed class Row<T>
{
    private T[] _items = new T[4];

    public int Count { get; private set; }

    public ref T this[int index] => ref _items[index];

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            T[] grown = new T[Count * 2];
            Array.Copy(_items, grown, Count);
            _items = grown;
        }

        _items[Count++] = item;
    }

    public void RemoveLast() => Count--;

    public T[] ToArray()
    {
        T[] all = new T[Count];
        Array.Copy(_items, all, Count);
        return all;
    }
}
