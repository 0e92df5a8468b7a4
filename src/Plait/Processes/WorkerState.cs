namespace Plait.Processes;

/// <summary>What a worker of an executor is doing.</summary>
public enum WorkerState
{
    /// <summary>Its process boots, or its initializer runs.</summary>
    Starting,

    /// <summary>Ready, as a spare that takes the place of a worker that ends.</summary>
    Spare,

    /// <summary>Ready, with nothing to do.</summary>
    Idle,

    /// <summary>It runs a function.</summary>
    Busy,

    /// <summary>It has begun a function and is stopped, while others have their slices of the processors (see <see cref="ProcessExecutorOptions.MostBegun"/>).</summary>
    Suspended,

    /// <summary>It gets no more work, and ends after what it has.</summary>
    Stopping,
}
