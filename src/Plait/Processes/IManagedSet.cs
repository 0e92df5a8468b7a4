using System.Collections;

namespace Plait.Processes;

/// <summary>A set in a manager. Each call is a message, and atomic. Enumerating takes a copy first.</summary>
/// <typeparam name="T">The items' type.</typeparam>
[ManagedContract]
public interface IManagedSet<T> : ISet<T>
{
    /// <summary>Always false.</summary>
    bool ICollection<T>.IsReadOnly => false;

    /// <summary>A copy of all items.</summary>
    /// <returns>In no order.</returns>
    T[] ToArray();

    /// <inheritdoc/>
    void ICollection<T>.Add(T item) => _ = Add(item);

    /// <inheritdoc/>
    void ICollection<T>.CopyTo(T[] array, int arrayIndex) => ToArray().CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => ToArray().GetEnumerator();
}
