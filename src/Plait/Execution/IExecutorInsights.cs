namespace Plait.Execution;

/// <summary>An executor that knows what its workers spend their time with.</summary>
public interface IExecutorInsights
{
    /// <summary>Where the time went so far.</summary>
    /// <returns>A copy.</returns>
    ExecutorInsights GetInsights();
}
