namespace Plait.Execution;

/// <summary>What became of one item of a map.</summary>
/// <typeparam name="TOut">What the function returns.</typeparam>
/// <param name="Index">The item's place in the input, from 0.</param>
/// <param name="Value">What the function returned; the type's default when it failed.</param>
/// <param name="Exception">What it failed with; null when it succeeded.</param>
public readonly record struct MapOutcome<TOut>(long Index, TOut Value, Exception? Exception)
{
    /// <summary>Whether the function returned.</summary>
    public bool IsSuccess => Exception is null;
}
