namespace Plait.Execution;

/// <summary>What a map does when its function fails for an item for good, retries included.</summary>
public enum MapErrorMode
{
    /// <summary>The enumeration throws that item's exception: in its place when results come in order, as soon as it is known otherwise. What is still under way is cancelled.</summary>
    Stop,

    /// <summary>The item has no result and the enumeration goes on. <see cref="MapResults{TOut}.Errors"/> has all such items.</summary>
    Continue,
}
