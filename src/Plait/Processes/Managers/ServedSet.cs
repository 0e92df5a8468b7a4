namespace Plait.Processes.Managers;

/// <summary>The object behind an <see cref="IManagedSet{T}"/>.</summary>
internal sealed class ServedSet<T>(IEnumerable<T> items) : HashSet<T>(items), IManagedSet<T>
{
    public T[] ToArray() => [.. this];
}
