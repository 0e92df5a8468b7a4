using Plait.Codecs;
using Plait.Memory;
using Plait.SharedData.Engine;
using Plait.Synchronization;

namespace Plait.SharedData;

/// <summary>Makes the values, arrays and dictionaries that the units of a scope share.</summary>
public static class ScopeSharedData
{
    /// <summary>A value that all units of the scope see and change in place.</summary>
    /// <typeparam name="T">Numbers, enums and structs of them: what has the same bytes in every process.</typeparam>
    /// <param name="scope">Who shares it.</param>
    /// <param name="initial">What it is at first. One that is found by its name stays what it is.</param>
    /// <param name="name">The name by which others find it: the first to use it makes the value. 1 to 100 bytes of UTF-8. Null for a value without one.</param>
    /// <exception cref="CannotTravelException"><typeparamref name="T"/> holds an address or a handle.</exception>
    /// <exception cref="ArgumentException">The name belongs to something else, or to a value of another type.</exception>
    /// <exception cref="ScopeCapacityException">There is no room in the scope's memory.</exception>
    /// <exception cref="ObjectDisposedException">The scope is disposed.</exception>
    public static unsafe SharedValue<T> CreateValue<T>(this IScope scope, T initial = default, string? name = null)
        where T : unmanaged =>
        new(SharedPart.Create(scope, name, SharedShape.Of<T>(ObjectKind.SharedValue, 1), part => *(T*)part.Data = initial));

    /// <summary>An array of zeros that all units of the scope see and change in place.</summary>
    /// <typeparam name="T">Numbers, enums and structs of them: what has the same bytes in every process.</typeparam>
    /// <param name="scope">Who shares it.</param>
    /// <param name="length">How many elements it has, 0 or more. Their memory is taken when it is first written.</param>
    /// <param name="name">The name by which others find it: the first to use it makes the array. 1 to 100 bytes of UTF-8. Null for an array without one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="CannotTravelException"><typeparamref name="T"/> holds an address or a handle.</exception>
    /// <exception cref="ArgumentException">The name belongs to something else, or to an array of another type or length.</exception>
    /// <exception cref="ScopeCapacityException">There is no room in the scope's memory.</exception>
    /// <exception cref="ObjectDisposedException">The scope is disposed.</exception>
    public static SharedArray<T> CreateArray<T>(this IScope scope, int length, string? name = null)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new SharedArray<T>(SharedPart.Create(scope, name, SharedShape.Of<T>(ObjectKind.SharedArray, length), static _ => { }));
    }

    /// <summary>An array of these elements that all units of the scope see and change in place.</summary>
    /// <param name="scope">Who shares it.</param>
    /// <param name="items">What it has at first. One that is found by its name stays what it is.</param>
    /// <param name="name">The name by which others find it; null for an array without one.</param>
    /// <inheritdoc cref="CreateArray{T}(IScope, int, string?)"/>
    public static unsafe SharedArray<T> CreateArray<T>(this IScope scope, ReadOnlySpan<T> items, string? name = null)
        where T : unmanaged
    {
        fixed (T* first = items)
        {
            nint source = (nint)first;
            int length = items.Length;
            return new SharedArray<T>(SharedPart.Create(
                scope,
                name,
                SharedShape.Of<T>(ObjectKind.SharedArray, length),
                part => new ReadOnlySpan<T>((T*)source, length).CopyTo(new Span<T>(part.Data, length))));
        }
    }

    /// <summary>A dictionary that all units of the scope see and change.</summary>
    /// <typeparam name="TKey">The keys. In a process scope two are the same when they are encoded to the same bytes.</typeparam>
    /// <typeparam name="TValue">The values. In a process scope each read gives a copy.</typeparam>
    /// <param name="scope">Who shares it.</param>
    /// <param name="name">The name by which others find it: the first to use it makes the dictionary. 1 to 100 bytes of UTF-8. Null for one without.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="CannotTravelException">In a process scope: no <typeparamref name="TKey"/> or <typeparamref name="TValue"/> can go to another process.</exception>
    /// <exception cref="ArgumentException">The name belongs to something else, or to a dictionary of other types.</exception>
    /// <exception cref="ScopeCapacityException">There is no room in the scope's memory.</exception>
    /// <exception cref="ObjectDisposedException">The scope is disposed.</exception>
    public static SharedDictionary<TKey, TValue> CreateDictionary<TKey, TValue>(this IScope scope, string? name = null, SharedDictionaryOptions? options = null)
        where TKey : notnull => SharedDictionary<TKey, TValue>.Create(scope, name, options ?? new SharedDictionaryOptions());
}
