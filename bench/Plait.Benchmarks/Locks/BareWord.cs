using Plait.Memory;

namespace Plait.Benchmarks.Locks;

/// <summary>A word of shared memory, and the least that a lock over it can cost: one compare-and-swap to take it, one exchange to free it.</summary>
internal static unsafe class BareWord
{
    // Kept for the rest of the program: the word must stay mapped.
    private static readonly Arena Memory = Arena.Create("bench-word", slots: 1);

    /// <summary>Takes and frees the word so many times.</summary>
    public static void Pairs(int count)
    {
        ref uint word = ref *(uint*)(Memory.Address + Memory.DataOffset);
        for (int i = 0; i < count; i++)
        {
            if (Interlocked.CompareExchange(ref word, 1, 0) != 0)
            {
                throw new InvalidOperationException("The word of the bench was taken by somebody else.");
            }

            Interlocked.Exchange(ref word, 0);
        }
    }
}
