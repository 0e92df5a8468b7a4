namespace Plait.Benchmarks;

/// <summary>One row of a bench table, in the form that <c>plait bench --json</c> writes.</summary>
public sealed record BenchResult(
    string Area, string Case, string Unit, double? Ours, double? Peer, string PeerName, double? Ratio, double? Goal, double? GoalAbsolute, bool? Ok, string Note);
