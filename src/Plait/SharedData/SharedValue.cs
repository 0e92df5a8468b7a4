using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.SharedData.Engine;

namespace Plait.SharedData;

/// <summary>One value that all units of a scope see and change in place. Made by <see cref="ScopeSharedData.CreateValue"/>.</summary>
/// <typeparam name="T">Numbers, enums and structs of them: what has the same bytes in every process.</typeparam>
/// <remarks>
/// A number, a character, a truth value or an enum is read and written in one step. A larger struct may be seen half written: take the
/// <see cref="SharedObject.Lock"/> for it, or one number of it that says which part is valid.
/// </remarks>
public sealed unsafe class SharedValue<T> : SharedObject
    where T : unmanaged
{
    internal SharedValue(SharedPart part)
        : base(part)
    {
    }

    /// <summary>The value. A read sees all that was written before the value that it gets; see the remarks on types of more than one number.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            T value = Atomic<T>.Read(ref Place);
            GC.KeepAlive(this);
            return value;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            Atomic<T>.Write(ref Place, value);
            GC.KeepAlive(this);
        }
    }

    /// <summary>The place itself, for the methods of <see cref="Interlocked"/> and of <see cref="Volatile"/>. Not to be used after <see cref="SharedObject.Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public ref T Reference => ref *(T*)Part.DataToHandOut;

    internal override ObjectKind Kind => ObjectKind.SharedValue;

    internal override Type[] Types => [typeof(T)];

    private ref T Place
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *(T*)Part.Data;
    }

    /// <summary>Adds, in one step. Integers wrap around.</summary>
    /// <param name="amount">What is added.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither a number nor an enum.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public T Add(T amount) => Kept(Atomic<T>.Add(ref Place, amount));

    /// <summary>Adds 1, in one step.</summary>
    /// <inheritdoc cref="Add"/>
    public T Increment() => Kept(Atomic<T>.Increment(ref Place));

    /// <summary>Takes 1 away, in one step.</summary>
    /// <inheritdoc cref="Add"/>
    public T Decrement() => Kept(Atomic<T>.Decrement(ref Place));

    /// <summary>Puts a value in, in one step.</summary>
    /// <param name="value">What it is from now on.</param>
    /// <returns>What it was before.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is a struct.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public T Exchange(T value) => Kept(Atomic<T>.Exchange(ref Place, value));

    /// <summary>Puts a value in if the value is the one that is expected, in one step.</summary>
    /// <param name="value">What it is from then on.</param>
    /// <param name="comparand">What it must be, bit by bit.</param>
    /// <returns>What it was before: <paramref name="comparand"/> if the value was put in.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is a struct.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public T CompareExchange(T value, T comparand) => Kept(Atomic<T>.CompareExchange(ref Place, value, comparand));

    /// <summary>Keeps only the bits that are set in both, in one step.</summary>
    /// <param name="bits">The bits.</param>
    /// <returns>What it was before.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither an integer nor an enum.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public T And(T bits) => Kept(Atomic<T>.And(ref Place, bits));

    /// <summary>Sets bits, in one step.</summary>
    /// <inheritdoc cref="And"/>
    public T Or(T bits) => Kept(Atomic<T>.Or(ref Place, bits));

    /// <summary>What it is, for people.</summary>
    public override string ToString() => $"{Part} = {Value}";

    private T Kept(T result)
    {
        GC.KeepAlive(this);
        return result;
    }
}
