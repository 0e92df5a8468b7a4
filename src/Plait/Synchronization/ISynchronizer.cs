namespace Plait.Synchronization;

/// <summary>What every primitive of a scope has.</summary>
/// <remarks>
/// Disposing ends this object's use of the primitive; other objects of the same name, and other processes, go on. Agents that
/// wait through a disposed object finish their waits.
/// </remarks>
public interface ISynchronizer : IDisposable
{
    /// <summary>Its name; for one without a name, its kind and number, which reports use.</summary>
    string Name { get; }

    /// <summary>The scope that it belongs to.</summary>
    IScope Scope { get; }

    /// <summary>What has happened to it so far, in all processes.</summary>
    SynchronizerStatistics GetStatistics();
}
