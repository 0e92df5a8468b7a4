using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>Looks at many entries at once.</content>
internal readonly unsafe partial struct DictionaryTable
{
    /// <summary>Bytes before each entry of a snapshot: the lengths of the key and of the value.</summary>
    public const int SnapshotHeader = 2 * sizeof(int);

    /// <summary>Chains of a stripe at this moment, a power of two.</summary>
    public uint ChainsOf(uint stripe) => TryOpen(Stripe(stripe), out _, out uint mask, out _) ? mask + 1 : 1;

    /// <summary>
    /// Copies the entries of a stripe whose hash ends in that number, as they are at one moment: lengths, key and value, one after the other.
    /// A table that grows meanwhile only means that they are in several chains.
    /// </summary>
    /// <param name="stripe">The stripe.</param>
    /// <param name="chain">The number.</param>
    /// <param name="chains">Of how many, a power of two.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="length">Bytes that were copied; when the result is TooLong, that it takes.</param>
    public DictionaryResult Snapshot(uint stripe, uint chain, uint chains, Span<byte> destination, out long length)
    {
        DictionaryStripe* target = Stripe(stripe);
        for (int tries = 0; tries < Tries; tries++)
        {
            ulong sequence = Volatile.Read(ref target->Sequence);
            if ((sequence & 1) == 0)
            {
                DictionaryResult result = Copy(target, chain, chains, destination, MostStepsUnguarded, out length);

                // As in TryGet.
                Volatile.ReadBarrier();
                if (Volatile.Read(ref target->Sequence) == sequence && result != DictionaryResult.Damaged)
                {
                    return result;
                }
            }

            Shared.Pause(8);
        }

        Agent agent = Agents.Current(memory);
        EnterStripe(target, agent);
        DictionaryResult found = Copy(target, chain, chains, destination, MostSteps, out length);
        ExitStripe(target);
        return found;
    }

    private DictionaryResult Copy(DictionaryStripe* stripe, uint chain, uint chains, Span<byte> destination, long mostSteps, out long length)
    {
        length = 0;
        if (!TryOpen(stripe, out ulong* heads, out uint mask, out bool isOdd))
        {
            return Volatile.Read(ref stripe->Table) == 0 ? DictionaryResult.Done : DictionaryResult.Damaged;
        }

        for (ulong i = chain; i <= mask; i += chains)
        {
            for (ulong at = Volatile.Read(ref heads[i]); at != 0;)
            {
                if (mostSteps-- <= 0 || !TryEntry(at, out DictionaryPlace place) || !TryCopy(place, destination, ref length))
                {
                    return DictionaryResult.Damaged;
                }

                at = Volatile.Read(ref *NextOf(place.Entry, isOdd));
            }
        }

        return length > destination.Length ? DictionaryResult.TooLong : DictionaryResult.Done;
    }

    private static bool TryCopy(in DictionaryPlace place, Span<byte> destination, ref long length)
    {
        bool isOdd = (Volatile.Read(ref place.Entry->Version) & 1) != 0;
        int value = Volatile.Read(ref isOdd ? ref place.Entry->OddLength : ref place.Entry->EvenLength);
        if (value > place.CellBytes || value < DictionaryEntry.Null)
        {
            return false;
        }

        long begin = length;
        length += SnapshotHeader + place.KeyBytes + Math.Max(value, 0);
        if (length <= destination.Length)
        {
            Span<byte> rest = destination[(int)begin..];
            BitConverter.TryWriteBytes(rest, place.KeyBytes);
            BitConverter.TryWriteBytes(rest[sizeof(int)..], value);
            new ReadOnlySpan<byte>((byte*)place.Entry + DictionaryEntry.Size, place.KeyBytes).CopyTo(rest[SnapshotHeader..]);
            new ReadOnlySpan<byte>(CellOf(place, isOdd), Math.Max(value, 0)).CopyTo(rest[(SnapshotHeader + place.KeyBytes)..]);
        }

        return true;
    }
}
