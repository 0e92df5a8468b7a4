using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Plait.Codecs;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.SharedData.Engine;

internal static unsafe class EncodedDictionary
{
    /// <summary>Prepares the memory of a new dictionary; one of a thread scope has no stripes there.</summary>
    public static void Prepare(SharedPart part)
    {
        if (part.Length == DictionaryTable.Stripes)
        {
            Span<byte> seed = stackalloc byte[sizeof(ulong)];
            RandomNumberGenerator.Fill(seed);
            part.Header->Seed = BitConverter.ToUInt64(seed);
            DictionaryTable.Make(part.Data, part.Serial);
        }
    }
}

/// <summary>The pairs of a dictionary of a process scope: bytes in its memory, encoded and decoded inside each call.</summary>
internal sealed unsafe class EncodedDictionary<TKey, TValue> : DictionaryCore<TKey, TValue>
    where TKey : notnull
{
    private const int FirstBuffer = 256;

    private readonly SharedPart _part;
    private readonly DictionaryTable _table;
    private readonly DataForm<TKey> _keys;
    private readonly DataForm<TValue> _values;

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public EncodedDictionary(SharedPart part, IReadOnlyList<ICodec> codecs)
    {
        _part = part;
        if (part.Length != DictionaryTable.Stripes)
        {
            throw Damaged();
        }

        _table = new DictionaryTable(part.Memory, part.Data, part.Header->Seed, part.Serial);
        _keys = DataForm<TKey>.Of(codecs, $"a key of {part}", isKey: true);
        _values = DataForm<TValue>.Of(codecs, $"a value of {part}", isKey: false);
    }

    public override int Count => (int)Math.Min(_table.Count, int.MaxValue);

    [SkipLocalsInit]
    public override bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value, out DictionaryVersion version)
    {
        Span<byte> buffer = stackalloc byte[FirstBuffer];
        PayloadWriter? writer = _keys.Rent();
        try
        {
            ReadOnlySpan<byte> bytes = _keys.Encode(ref key, writer, out _);
            DictionaryResult result;
            int length;
            while ((result = _table.TryGet(bytes, buffer, out length, out version)) == DictionaryResult.TooLong)
            {
                buffer = new byte[length];
            }

            return Decode(result, buffer, length, out value);
        }
        finally
        {
            DataForm<TKey>.Return(writer);
            GC.KeepAlive(_part);
        }
    }

    public override bool TryChange(TKey key, TValue value, DictionaryChange change, DictionaryVersion version, TValue expected)
    {
        PayloadWriter? keyWriter = _keys.Rent();
        PayloadWriter? valueWriter = _values.Rent();
        PayloadWriter? expectedWriter = change == DictionaryChange.AtValue ? _values.Rent() : null;
        try
        {
            bool expectsNull = false;
            ReadOnlySpan<byte> keyBytes = _keys.Encode(ref key, keyWriter, out _);
            ReadOnlySpan<byte> valueBytes = _values.Encode(ref value, valueWriter, out bool isNull);
            ReadOnlySpan<byte> expectedBytes = change == DictionaryChange.AtValue ? _values.Encode(ref expected, expectedWriter, out expectsNull) : [];
            DictionaryResult result = _table.Change(keyBytes, valueBytes, isNull, change, version, expectedBytes, expectsNull);
            return result == DictionaryResult.Damaged ? throw Damaged() : result == DictionaryResult.Done;
        }
        finally
        {
            DataForm<TKey>.Return(keyWriter);
            DataForm<TKey>.Return(valueWriter);
            DataForm<TKey>.Return(expectedWriter);
            GC.KeepAlive(_part);
        }
    }

    [SkipLocalsInit]
    public override bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        Span<byte> buffer = stackalloc byte[FirstBuffer];
        PayloadWriter? writer = _keys.Rent();
        try
        {
            ReadOnlySpan<byte> bytes = _keys.Encode(ref key, writer, out _);
            DictionaryResult result;
            int length;
            while ((result = _table.Remove(bytes, buffer, out length)) == DictionaryResult.TooLong)
            {
                buffer = new byte[length];
            }

            return Decode(result, buffer, length, out value);
        }
        finally
        {
            DataForm<TKey>.Return(writer);
            GC.KeepAlive(_part);
        }
    }

    public override void Clear() => _table.Clear();

    public override IEnumerator<KeyValuePair<TKey, TValue>> Enumerate()
    {
        byte[] buffer = new byte[4096];
        for (uint stripe = 0; stripe < DictionaryTable.Stripes; stripe++)
        {
            uint chains = _table.ChainsOf(stripe);
            for (uint chain = 0; chain < chains; chain++)
            {
                _part.ThrowIfDisposed();
                foreach (KeyValuePair<TKey, TValue> pair in Snapshot(stripe, chain, chains, ref buffer))
                {
                    yield return pair;
                }
            }
        }
    }

    private List<KeyValuePair<TKey, TValue>> Snapshot(uint stripe, uint chain, uint chains, ref byte[] buffer)
    {
        long length;
        DictionaryResult result;
        while ((result = _table.Snapshot(stripe, chain, chains, buffer, out length)) == DictionaryResult.TooLong && length <= Array.MaxLength)
        {
            buffer = new byte[length];
        }

        if (result != DictionaryResult.Done)
        {
            throw Damaged();
        }

        var pairs = new List<KeyValuePair<TKey, TValue>>();
        for (int at = 0; at < length;)
        {
            int keyBytes = BitConverter.ToInt32(buffer, at);
            int valueBytes = BitConverter.ToInt32(buffer, at + sizeof(int));
            at += DictionaryTable.SnapshotHeader;
            TKey key = _keys.Decode(buffer.AsSpan(at, keyBytes), isNull: false);
            at += keyBytes;
            pairs.Add(new KeyValuePair<TKey, TValue>(key, _values.Decode(buffer.AsSpan(at, Math.Max(valueBytes, 0)), valueBytes == DictionaryEntry.Null)));
            at += Math.Max(valueBytes, 0);
        }

        GC.KeepAlive(_part);
        return pairs;
    }

    private bool Decode(DictionaryResult result, ReadOnlySpan<byte> buffer, int length, [MaybeNullWhen(false)] out TValue value)
    {
        if (result == DictionaryResult.Done)
        {
            value = _values.Decode(buffer[..Math.Max(length, 0)], length == DictionaryEntry.Null);
            return true;
        }

        value = default;
        return result == DictionaryResult.Damaged ? throw Damaged() : false;
    }

    private InvalidDataException Damaged() => new($"{_part} is damaged: its chains lead to nowhere. A process wrote nonsense into the scope's memory; make a new dictionary.");
}
