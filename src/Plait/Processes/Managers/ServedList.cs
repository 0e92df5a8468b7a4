namespace Plait.Processes.Managers;

/// <summary>The object behind an <see cref="IManagedList{T}"/>.</summary>
internal sealed class ServedList<T>(IEnumerable<T> items) : List<T>(items), IManagedList<T>
{
    public T TakeAt(int index = -1)
    {
        int place = index == -1 ? Count - 1 : index;
        T item = this[place];
        RemoveAt(place);
        return item;
    }

    public T Update(int index, Func<T, T> change) => this[index] = change(this[index]);
}
