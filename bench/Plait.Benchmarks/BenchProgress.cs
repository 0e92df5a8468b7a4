namespace Plait.Benchmarks;

/// <summary>How far a run of the bench has come.</summary>
/// <param name="Text">What is being measured, or what came out.</param>
/// <param name="Done">Cases that are over.</param>
/// <param name="Total">Cases there are.</param>
public readonly record struct BenchProgress(string Text, int Done, int Total);
