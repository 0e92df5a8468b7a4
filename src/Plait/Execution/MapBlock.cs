using System.Runtime.CompilerServices;

namespace Plait.Execution;

/// <summary>Items that were read in a row, and what became of each. A chunk runs all of them, or a part.</summary>
internal sealed class MapBlock<TIn, TOut>(TIn[] items, int count, long firstIndex)
{
    public const byte Pending = 0;
    public const byte HasValue = 1;
    public const byte HasFailed = 2;

    private Dictionary<int, Exception>? _failures;

    public TIn[] Items { get; } = items;

    // Values are written before anybody reads them, so numbers need no zeroes first.
    public TOut[] Values { get; } = GC.AllocateUninitializedArray<TOut>(count);

    public byte[] States { get; } = new byte[count];

    public int Count => count;

    public long FirstIndex => firstIndex;

    /// <summary>The first item that the reader has not had; only where results come in order.</summary>
    public int Next { get; set; }

    public Exception FailureAt(int item) => _failures![item];

    public void SetFailure(int item, Exception error)
    {
        (_failures ??= [])[item] = error;
        States[item] = HasFailed;
        Forget(item, 1);
    }

    public void SetValues(int first, int length)
    {
        States.AsSpan(first, length).Fill(HasValue);
        Forget(first, length);
    }

    /// <summary>How many items from <paramref name="first"/> on have values, without a gap.</summary>
    public int CountValues(int first)
    {
        int length = States.AsSpan(first).IndexOfAnyExcept(HasValue);
        return length < 0 ? count - first : length;
    }

    // An item that is over must not be kept alive until the whole block is.
    private void Forget(int first, int length)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TIn>())
        {
            Array.Clear(Items, first, length);
        }
    }
}

/// <summary>Items of a block that are to be handed out again, <paramref name="piece"/> at a time.</summary>
internal sealed class MapRest<TIn, TOut>(MapBlock<TIn, TOut> block, int start, int count, int piece)
{
    public MapBlock<TIn, TOut> Block => block;

    public int Start { get; private set; } = start;

    public int Count { get; private set; } = count;

    public int Piece => Math.Min(Count, piece);

    public long FirstIndex => block.FirstIndex + Start;

    public void Take(int taken)
    {
        Start += taken;
        Count -= taken;
    }
}

/// <summary>How often an item has failed so far.</summary>
internal readonly record struct MapHistory(int Failures, int Deaths);
