namespace Plait.Processes.Pooling;

/// <summary>For how long a worker was stopped while it had one call, in nanoseconds: that does not count against any time limit. Guarded by the pool's gate.</summary>
internal struct PausedTime
{
    private long _itemBegan;
    private long _ofItem;

    /// <summary>Since its call was sent.</summary>
    public long OfCall { get; private set; }

    /// <summary>A pause is over.</summary>
    /// <param name="time">For how long it lasted.</param>
    /// <param name="itemBegan">When the item of a map began that was the last to begin before; it is still the last.</param>
    public void Add(long time, long itemBegan)
    {
        OfCall += time;
        _ofItem = itemBegan == _itemBegan ? _ofItem + time : time;
        _itemBegan = itemBegan;
    }

    /// <summary>Since that item of a map began.</summary>
    public readonly long OfItem(long began) => began == _itemBegan ? _ofItem : 0;
}
