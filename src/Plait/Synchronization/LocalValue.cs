namespace Plait.Synchronization;

/// <summary>Makes locals; the thread scope offers it to users.</summary>
internal static class LocalValue
{
    /// <summary>A local of the kind.</summary>
    /// <param name="kind">Whose the values are.</param>
    /// <param name="factory">Makes the value of a thread or flow that has none; null for the type's default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is none.</exception>
    public static ILocal<T> Create<T>(LocalKind kind = LocalKind.Thread, Func<T>? factory = null) => kind switch
    {
        LocalKind.Thread => new ThreadLocalValue<T>(factory),
        LocalKind.Flow => new FlowLocalValue<T>(factory),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A local is per thread (LocalKind.Thread) or per async flow (LocalKind.Flow)."),
    };
}
