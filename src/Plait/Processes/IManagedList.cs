using System.Collections;

namespace Plait.Processes;

/// <summary>
/// A list in a manager. Each call is a message: where several belong together, <see cref="ToArray"/>, <see cref="AddRange"/> and <see cref="Update"/> are one. Enumerating
/// takes a copy first.
/// </summary>
/// <typeparam name="T">The items' type. An item that is itself a contract stays in the server, and callers get proxies of it.</typeparam>
[ManagedContract]
public interface IManagedList<T> : IList<T>
{
    /// <summary>Always false.</summary>
    bool ICollection<T>.IsReadOnly => false;

    /// <summary>A copy of all items.</summary>
    /// <returns>The items, in order.</returns>
    T[] ToArray();

    /// <summary>Adds several items at the end, in one call.</summary>
    /// <param name="items">The items.</param>
    void AddRange(IEnumerable<T> items);

    /// <summary>Removes an item and returns it.</summary>
    /// <param name="index">Its place; -1 is the last.</param>
    /// <returns>The item.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    T TakeAt(int index = -1);

    /// <summary>Changes an item where it is: nobody else's call comes in between.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="change">From the old value to the new one; runs in the server.</param>
    /// <returns>The new value.</returns>
    T Update(int index, Func<T, T> change);

    /// <summary>Removes all items that match.</summary>
    /// <param name="match">Says which; runs in the server.</param>
    /// <returns>How many there were.</returns>
    int RemoveAll(Predicate<T> match);

    /// <summary>Puts the items in their natural order.</summary>
    void Sort();

    /// <summary>Turns the order round.</summary>
    void Reverse();

    /// <inheritdoc/>
    void ICollection<T>.CopyTo(T[] array, int arrayIndex) => ToArray().CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => ToArray().GetEnumerator();
}
