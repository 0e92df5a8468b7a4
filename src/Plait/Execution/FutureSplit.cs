namespace Plait.Execution;

/// <summary>Several futures after a wait.</summary>
/// <typeparam name="TFuture">Their type.</typeparam>
/// <param name="Done">Those that had ended, in the order in which they were given.</param>
/// <param name="NotDone">The others, in the order in which they were given.</param>
public sealed record FutureSplit<TFuture>(IReadOnlyList<TFuture> Done, IReadOnlyList<TFuture> NotDone)
    where TFuture : Future;
