using System.Collections;
using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.SharedData.Engine;

namespace Plait.SharedData;

/// <summary>An array that all units of a scope see and change in place, without a copy. Made by <see cref="ScopeSharedData.CreateArray{T}(Synchronization.IScope, int, string?)"/>.</summary>
/// <typeparam name="T">Numbers, enums and structs of them: what has the same bytes in every process.</typeparam>
/// <remarks>
/// <see cref="Span"/> and the indexer are as quick as an array of .NET, and say nothing of who else writes: use the methods that take an index where
/// several units change the same element, or the <see cref="SharedObject.Lock"/> for changes of more than one step.
/// </remarks>
public sealed unsafe class SharedArray<T> : SharedObject, IReadOnlyList<T>
    where T : unmanaged
{
    private readonly int _length;

    internal SharedArray(SharedPart part)
        : base(part) => _length = (int)part.Length;

    /// <summary>How many elements it has.</summary>
    public int Length => _length;

    /// <summary>
    /// All elements, in place. Valid until this object is disposed: after that the memory may be somebody else's. Once it was asked for, the memory is not
    /// freed because this object was collected.
    /// </summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public Span<T> Span => new(Part.DataToHandOut, _length);

    /// <summary>The same to read only.</summary>
    /// <inheritdoc cref="Span"/>
    public ReadOnlySpan<T> ReadOnlySpan => Span;

    int IReadOnlyCollection<T>.Count => _length;

    internal override ObjectKind Kind => ObjectKind.SharedArray;

    internal override Type[] Types => [typeof(T)];

    /// <summary>An element, in place.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)index >= (uint)_length)
            {
                Throw(index);
            }

            return ref ((T*)Part.DataToHandOut)[index];
        }
    }

    T IReadOnlyList<T>.this[int index] => Read(index);

    /// <summary>Some of the elements, in place.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not all there.</exception>
    /// <inheritdoc cref="Span"/>
    public Span<T> Slice(int start, int length)
    {
        if ((uint)start > (uint)_length || (uint)length > (uint)(_length - start))
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{Name} has {_length:N0} elements; {length:N0} from {start:N0} on are not all there.");
        }

        return Span.Slice(start, length);
    }

    /// <summary>Reads an element in one step, if it is a number, a character, a truth value or an enum; sees all that was written before it.</summary>
    /// <inheritdoc cref="this"/>
    public T Read(int index) => Kept(Atomic<T>.Read(ref Place(index)));

    /// <summary>Writes an element in one step, if it is a number, a character, a truth value or an enum; who reads it sees all that was written before.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    /// <param name="value">What it is from now on.</param>
    /// <inheritdoc cref="this"/>
    public void Write(int index, T value)
    {
        Atomic<T>.Write(ref Place(index), value);
        GC.KeepAlive(this);
    }

    /// <summary>Adds to an element, in one step. Integers wrap around.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    /// <param name="amount">What is added.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither a number nor an enum.</exception>
    /// <inheritdoc cref="this"/>
    public T Add(int index, T amount) => Kept(Atomic<T>.Add(ref Place(index), amount));

    /// <summary>Adds 1 to an element, in one step.</summary>
    /// <inheritdoc cref="Add"/>
    public T Increment(int index) => Kept(Atomic<T>.Increment(ref Place(index)));

    /// <summary>Takes 1 away from an element, in one step.</summary>
    /// <inheritdoc cref="Add"/>
    public T Decrement(int index) => Kept(Atomic<T>.Decrement(ref Place(index)));

    /// <summary>Puts a value in, in one step.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    /// <param name="value">What the element is from now on.</param>
    /// <returns>What it was before.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is a struct.</exception>
    /// <inheritdoc cref="this"/>
    public T Exchange(int index, T value) => Kept(Atomic<T>.Exchange(ref Place(index), value));

    /// <summary>Puts a value in if the element is the one that is expected, in one step.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    /// <param name="value">What the element is from then on.</param>
    /// <param name="comparand">What it must be, bit by bit.</param>
    /// <returns>What it was before: <paramref name="comparand"/> if the value was put in.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is a struct.</exception>
    /// <inheritdoc cref="this"/>
    public T CompareExchange(int index, T value, T comparand) => Kept(Atomic<T>.CompareExchange(ref Place(index), value, comparand));

    /// <summary>Keeps only the bits that are set in both, in one step.</summary>
    /// <param name="index">From 0 to <see cref="Length"/> - 1.</param>
    /// <param name="bits">The bits.</param>
    /// <returns>What it was before.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither an integer nor an enum.</exception>
    /// <inheritdoc cref="this"/>
    public T And(int index, T bits) => Kept(Atomic<T>.And(ref Place(index), bits));

    /// <summary>Sets bits, in one step.</summary>
    /// <inheritdoc cref="And"/>
    public T Or(int index, T bits) => Kept(Atomic<T>.Or(ref Place(index), bits));

    /// <summary>Copies all elements out.</summary>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="ArgumentException">It is shorter than the array.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public void CopyTo(Span<T> destination)
    {
        new ReadOnlySpan<T>(Part.Data, _length).CopyTo(destination);
        GC.KeepAlive(this);
    }

    /// <summary>Copies elements in.</summary>
    /// <param name="source">The elements.</param>
    /// <param name="start">Where the first goes.</param>
    /// <exception cref="ArgumentOutOfRangeException">They do not all fit.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public void CopyFrom(ReadOnlySpan<T> source, int start = 0)
    {
        if ((uint)start > (uint)_length || source.Length > _length - start)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{Name} has {_length:N0} elements; {source.Length:N0} do not fit from {start:N0} on.");
        }

        source.CopyTo(new Span<T>(Part.Data, _length)[start..]);
        GC.KeepAlive(this);
    }

    /// <summary>Makes all elements the same.</summary>
    /// <param name="value">What they are from now on.</param>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public void Fill(T value)
    {
        new Span<T>(Part.Data, _length).Fill(value);
        GC.KeepAlive(this);
    }

    /// <summary>Makes all elements zero.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public void Clear() => Fill(default);

    /// <summary>A copy of all elements.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public T[] ToArray()
    {
        var copy = new T[_length];
        CopyTo(copy);
        return copy;
    }

    /// <summary>Each element as it is when its turn comes.</summary>
    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < _length; i++)
        {
            yield return Read(i);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What it is, for people.</summary>
    public override string ToString() => $"{Part} of {_length:N0} {typeof(T).Name}";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Place(int index)
    {
        if ((uint)index >= (uint)_length)
        {
            Throw(index);
        }

        return ref ((T*)Part.Data)[index];
    }

    private TResult Kept<TResult>(TResult result)
    {
        GC.KeepAlive(this);
        return result;
    }

    private void Throw(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has {_length:N0} elements, from 0 on; there is no element {index:N0}.");
}
