namespace Plait.Execution;

/// <summary>An item of a map whose function failed for good.</summary>
/// <param name="Index">The item's place in the input, from 0.</param>
/// <param name="Exception">What it failed with: the function's own exception, a <see cref="TimeoutException"/>, or what its executor says of a worker that died.</param>
public sealed record MapError(long Index, Exception Exception);
