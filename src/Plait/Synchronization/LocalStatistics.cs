namespace Plait.Synchronization;

/// <summary>What a local has done.</summary>
/// <param name="Kind">Whose its values are.</param>
/// <param name="Values">How many living threads have a value now; null for <see cref="LocalKind.Flow"/>, whose flows nobody counts.</param>
/// <param name="Made">How many values the factory has made.</param>
public readonly record struct LocalStatistics(LocalKind Kind, int? Values, long Made);
