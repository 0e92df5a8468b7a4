using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Plait.Codecs;
using Plait.Memory;
using Plait.SharedData.Engine;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.SharedData;

/// <summary>A dictionary that all units of a scope see and change. Made by <see cref="ScopeSharedData.CreateDictionary"/>.</summary>
/// <typeparam name="TKey">The keys.</typeparam>
/// <typeparam name="TValue">The values.</typeparam>
/// <remarks>
/// <para>Every operation is one step for all others; a process that is killed in the middle of one has done it, or has not.</para>
/// <para>
/// In a process scope keys and values are bytes in shared memory. Numbers and structs of them go as they are, all else is encoded inside the call; what is
/// read is a copy. Two keys are the same when their bytes are: 0.0 and -0.0 are two, a set is not the set that was filled in another order.
/// In a thread scope the objects themselves are kept, and keys compared as .NET does.
/// </para>
/// </remarks>
public sealed class SharedDictionary<TKey, TValue> : SharedObject, IReadOnlyDictionary<TKey, TValue>
    where TKey : notnull
{
    private readonly DictionaryCore<TKey, TValue> _core;
    private readonly IReadOnlyList<ICodec> _codecs;

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal SharedDictionary(SharedPart part, IReadOnlyList<ICodec> codecs)
        : base(part)
    {
        _codecs = codecs;
        _core = part.Memory.IsShared ? new EncodedDictionary<TKey, TValue>(part, codecs) : ManagedDictionary<TKey, TValue>.Of(part);
    }

    /// <summary>How many keys there are: of one moment only while nobody changes it.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public int Count => Use().Count;

    /// <summary>Whether there is no key.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public bool IsEmpty => Count == 0;

    /// <summary>The keys, as <see cref="GetEnumerator"/> comes to them.</summary>
    public IEnumerable<TKey> Keys => this.Select(static pair => pair.Key);

    /// <summary>The values, as <see cref="GetEnumerator"/> comes to them.</summary>
    public IEnumerable<TValue> Values => this.Select(static pair => pair.Value);

    internal override ObjectKind Kind => ObjectKind.SharedDictionary;

    internal override Type[] Types => [typeof(TKey), typeof(TValue)];

    internal override IReadOnlyList<ICodec> Codecs => _codecs;

    internal static SharedShape Shape { get; } =
        new(ObjectKind.SharedDictionary, DictionaryStripe.Size, DictionaryTable.Stripes, SharedShape.HashOf(typeof(TKey), typeof(TValue)), $"{typeof(TKey)} and {typeof(TValue)}");

    /// <summary>The value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    /// <exception cref="CannotTravelException">In a process scope: the key or the value cannot go to another process.</exception>
    /// <exception cref="ScopeCapacityException">There is no room in the scope's memory.</exception>
    /// <exception cref="InvalidDataException">A process has damaged the dictionary.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue? value) ? value : throw new KeyNotFoundException($"{Name} has no key '{key}'.");
        set => _ = Use(key).TryChange(key, value, DictionaryChange.Set, default, default!);
    }

    /// <summary>The value of a key, if there is one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value; the type's default when there is none.</param>
    /// <returns>Whether there is such a key.</returns>
    /// <inheritdoc cref="this"/>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => Use(key).TryGet(key, out value, out _);

    /// <summary>Whether there is such a key.</summary>
    /// <inheritdoc cref="TryGetValue"/>
    public bool ContainsKey(TKey key) => Use(key).TryGet(key, out _, out _);

    /// <summary>Puts a key in, if it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it was put in.</returns>
    /// <inheritdoc cref="this"/>
    public bool TryAdd(TKey key, TValue value) => Use(key).TryChange(key, value, DictionaryChange.Add, default, default!);

    /// <summary>Changes the value of a key, if it is the one that is expected: in a process scope, if it has the same bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value from then on.</param>
    /// <param name="comparisonValue">What the value must be.</param>
    /// <returns>Whether it was changed: false as well when there is no such key.</returns>
    /// <inheritdoc cref="this"/>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue) => Use(key).TryChange(key, newValue, DictionaryChange.AtValue, default, comparisonValue);

    /// <summary>Takes a key out.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value that it had; the type's default when there is none.</param>
    /// <returns>Whether there was such a key.</returns>
    /// <inheritdoc cref="this"/>
    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value) => Use(key).TryRemove(key, out value);

    /// <summary>Takes a key out.</summary>
    /// <inheritdoc cref="TryRemove"/>
    public bool Remove(TKey key) => TryRemove(key, out _);

    /// <summary>The value of a key, which is put in if it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value for it.</param>
    /// <returns>The value that is there then.</returns>
    /// <inheritdoc cref="this"/>
    public TValue GetOrAdd(TKey key, TValue value) => GetOrAdd(key, _ => value);

    /// <summary>The value of a key, which is put in if it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="factory">Makes the value. Called at most once, on the calling thread and outside of all guards; several units may call theirs for one key, and one of the values counts.</param>
    /// <returns>The value that is there then.</returns>
    /// <inheritdoc cref="this"/>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        DictionaryCore<TKey, TValue> core = Use(key);
        bool isMade = false;
        TValue made = default!;
        while (true)
        {
            if (core.TryGet(key, out TValue? found, out _))
            {
                return found!;
            }

            made = isMade ? made : factory(key);
            isMade = true;
            if (core.TryChange(key, made, DictionaryChange.Add, default, default!))
            {
                return made;
            }
        }
    }

    /// <summary>Puts a key in, or changes its value by what it is.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value if the key is not there.</param>
    /// <param name="update">Makes the new value of the key and the old one. Called on the calling thread, outside of all guards, and again when another unit has changed the value meanwhile.</param>
    /// <returns>The value that was put in.</returns>
    /// <inheritdoc cref="this"/>
    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> update)
    {
        ArgumentNullException.ThrowIfNull(update);
        DictionaryCore<TKey, TValue> core = Use(key);
        while (true)
        {
            bool isThere = core.TryGet(key, out TValue? old, out DictionaryVersion version);
            TValue next = isThere ? update(key, old!) : addValue;
            if (core.TryChange(key, next, isThere ? DictionaryChange.AtVersion : DictionaryChange.Add, version, old!))
            {
                return next;
            }
        }
    }

    /// <summary>Takes all keys out that are there when it begins. Keys that come meanwhile may stay.</summary>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public void Clear()
    {
        Use().Clear();
        GC.KeepAlive(this);
    }

    /// <summary>
    /// All pairs, some at a time: those whose hashes fall together are of one moment. A key that is there all the time comes once; one that comes
    /// or goes meanwhile may come or not. Others go on changing the dictionary.
    /// </summary>
    /// <exception cref="InvalidDataException">A process has damaged the dictionary.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        Part.ThrowIfDisposed();
        return _core.Enumerate();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static SharedDictionary<TKey, TValue> Create(IScope scope, string? name, SharedDictionaryOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        SharedShape shape = scope.IsShared ? Shape : Shape with { Length = 0 };
        return new SharedDictionary<TKey, TValue>(SharedPart.Create(scope, name, shape, EncodedDictionary.Prepare), [.. options.Codecs]);
    }

    private DictionaryCore<TKey, TValue> Use()
    {
        Part.ThrowIfDisposed();
        return _core;
    }

    private DictionaryCore<TKey, TValue> Use(TKey key)
    {
        if (key is null)
        {
            throw new ArgumentNullException(nameof(key), $"A key of {Name} is not null.");
        }

        Part.ThrowIfDisposed();
        return _core;
    }
}
