namespace Plait.Scheduling.Simulation;

/// <summary>A stretch of a job's life: it computes, or it waits for a device.</summary>
public readonly record struct Burst
{
    private Burst(long length, bool isIO, string? device)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        IsIO = isIO;
        Device = device;
    }

    /// <summary>How long it takes when nothing else is in the way.</summary>
    public long Length { get; }

    /// <summary>Whether it waits for a device, and does not need a processor.</summary>
    public bool IsIO { get; }

    /// <summary>The device, which serves one job after the other; null: one of the job's own.</summary>
    public string? Device { get; }

    /// <summary>Computing.</summary>
    /// <param name="length">How long, 0 or more.</param>
    /// <returns>The burst.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static Burst Cpu(long length) => new(length, isIO: false, device: null);

    /// <summary>Waiting for a device.</summary>
    /// <param name="length">How long the device works for it, 0 or more.</param>
    /// <param name="device">The device, shared with all jobs that name it. Default: null, one of the job's own, which is always free.</param>
    /// <returns>The burst.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static Burst IO(long length, string? device = null) => new(length, isIO: true, device);
}
