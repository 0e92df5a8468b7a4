using System.Diagnostics.CodeAnalysis;
using Plait.Processes.Managers;

namespace Plait.Processes;

public partial class Manager
{
    /// <summary>Another proxy of the same object, with another time for each call.</summary>
    /// <typeparam name="TContract">The contract.</typeparam>
    /// <param name="proxy">The proxy; it stays as it is.</param>
    /// <param name="timeout">How long a call through the new one may take: positive, or <see cref="Timeout.InfiniteTimeSpan"/>. After it the caller gets a <see cref="TimeoutException"/>, and the token of the method, if it has one, is cancelled.</param>
    /// <returns>The new proxy, to be disposed by itself.</returns>
    /// <exception cref="ArgumentException"><paramref name="proxy"/> is no proxy.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is zero or negative.</exception>
    public static TContract WithTimeout<TContract>(TContract proxy, TimeSpan timeout)
        where TContract : class
    {
        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The time for a call must be positive, or Timeout.InfiniteTimeSpan.");
        }

        return (TContract)(object)Proxy(proxy).With(timeout);
    }

    /// <summary>Lets go of an object: as disposing its proxy, for contracts that are not <see cref="IDisposable"/>.</summary>
    /// <param name="proxy">The proxy; not to be used any more.</param>
    /// <exception cref="ArgumentException"><paramref name="proxy"/> is no proxy.</exception>
    public static void Release(object proxy) => Proxy(proxy).Dispose();

    /// <summary>Whether an object is a proxy of one in another process.</summary>
    /// <param name="value">The object.</param>
    /// <returns>False for everything else, null too.</returns>
    public static bool IsProxy([NotNullWhen(true)] object? value) => value is ManagedProxy;

    /// <summary>A list in the server.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">What is in it at first; null for nothing.</param>
    /// <returns>A proxy.</returns>
    public IManagedList<T> CreateList<T>(IEnumerable<T>? items = null)
    {
        T[] first = [.. items ?? []];
        return Create<IManagedList<T>>(() => new ServedList<T>(first));
    }

    /// <summary>A dictionary in the server.</summary>
    /// <typeparam name="TKey">The keys' type.</typeparam>
    /// <typeparam name="TValue">The values' type.</typeparam>
    /// <param name="items">What is in it at first; null for nothing.</param>
    /// <returns>A proxy.</returns>
    public IManagedDictionary<TKey, TValue> CreateDictionary<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>>? items = null)
        where TKey : notnull
    {
        KeyValuePair<TKey, TValue>[] first = [.. items ?? []];
        return Create<IManagedDictionary<TKey, TValue>>(() => new ServedDictionary<TKey, TValue>(first));
    }

    /// <summary>A set in the server.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">What is in it at first; null for nothing.</param>
    /// <returns>A proxy.</returns>
    public IManagedSet<T> CreateSet<T>(IEnumerable<T>? items = null)
    {
        T[] first = [.. items ?? []];
        return Create<IManagedSet<T>>(() => new ServedSet<T>(first));
    }

    /// <summary>A variable in the server.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">Its first value.</param>
    /// <returns>A proxy.</returns>
    public IManagedValue<T> CreateValue<T>(T value) => Create<IManagedValue<T>>(() => new ServedValue<T>(value));

    /// <summary>Variables by name in the server.</summary>
    /// <returns>A proxy.</returns>
    public IManagedNamespace CreateNamespace() => Create<IManagedNamespace>(static () => new ServedNamespace());

    private static ManagedProxy Proxy(object proxy)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        return proxy as ManagedProxy ?? throw new ArgumentException($"The {proxy.GetType()} is no proxy of an object in a manager.", nameof(proxy));
    }
}
