namespace Plait.Synchronization;

/// <summary>A variable of which every thread, or every async flow, has a value of its own. Members are safe for several threads; none blocks, but for the factory's own doing.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public interface ILocal<T> : IDisposable
{
    /// <summary>Whose the values are.</summary>
    LocalKind Kind { get; }

    /// <summary>
    /// The value of the thread or flow that asks. Where it has none yet, the factory makes it and it is kept; without a factory it is the default of
    /// <typeparamref name="T"/>, which is not kept. What the factory throws is thrown here, and the next reading tries again.
    /// </summary>
    /// <exception cref="InvalidOperationException">The factory reads the variable that it makes a value for.</exception>
    /// <exception cref="ObjectDisposedException">The local was disposed.</exception>
    T Value { get; set; }

    /// <summary>Whether the thread or flow that asks has a value. Does not make one.</summary>
    /// <exception cref="ObjectDisposedException">The local was disposed.</exception>
    bool HasValue { get; }

    /// <summary>The values of all living threads that have one, in order of their first; those of threads that have ended are dropped.</summary>
    /// <exception cref="NotSupportedException"><see cref="Kind"/> is <see cref="LocalKind.Flow"/>: nobody knows which flows still go on.</exception>
    /// <exception cref="ObjectDisposedException">The local was disposed.</exception>
    IReadOnlyList<T> Values { get; }

    /// <summary>Takes the value away from the thread or flow that asks: the next reading makes a new one. In a flow, also from those it starts later; not from those that run already.</summary>
    /// <exception cref="ObjectDisposedException">The local was disposed.</exception>
    void Clear();

    /// <summary>What the local has done.</summary>
    /// <returns>A copy.</returns>
    LocalStatistics GetStatistics();
}
