using Plait.Processes.Pooling;

namespace Plait.Processes;

/// <summary>How a <see cref="ProcessExecutor"/> works. Copied when the executor is made: later changes have no effect on it.</summary>
public sealed class ProcessExecutorOptions : PooledExecutorOptions
{
    /// <summary>The most functions at the same time, in as many processes. Default: 0, the processors this process may use (affinity and control group quota, rounded up); in a worker of another executor, its share of them.</summary>
    public int Workers { get; set; }

    /// <summary>Workers that stay when there is nothing to do; the rest are started on demand and end after <see cref="IdleTimeout"/>. Default: null, as many as <see cref="Workers"/>.</summary>
    public int? MinimumWorkers { get; set; }

    /// <summary>How long a worker beyond <see cref="MinimumWorkers"/> stays without work. Default: one minute.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Under a <see cref="PooledExecutorOptions.Policy"/> with slices or preemption: how many tasks may be begun and not over at once, those that are stopped included. Each needs a process, so there are up to
    /// so many workers; those beyond <see cref="Workers"/> start when tasks wait and end after <see cref="IdleTimeout"/>. Default: 0, twice <see cref="Workers"/>. Not less than those.
    /// </summary>
    public int MostBegun { get; set; }

    /// <summary>A worker older than this is replaced when it is between tasks. Default: never.</summary>
    public TimeSpan MaxWorkerAge { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>What happens to what a task leaves behind in its worker. Default: it is reset.</summary>
    public LeftoverPolicy Leftovers { get; set; } = LeftoverPolicy.Reset;

    internal override PoolShape ToShape() => new()
    {
        Workers = Workers,
        MinimumWorkers = MinimumWorkers,
        IdleTimeout = IdleTimeout,
        HasSlices = true,
        MostBegun = MostBegun,
        MaxWorkerAge = MaxWorkerAge,
        Leftovers = Leftovers,
    };

    private protected override void Validate()
    {
        base.Validate();
        ThrowUnless(Workers is >= 0 and <= 10_000, nameof(Workers), Workers, "An executor has 1 to 10,000 workers; 0 means as many as there are processors.");
        ThrowUnless(MostBegun is >= 0 and <= 20_000 && (MostBegun == 0 || MostBegun >= Workers), nameof(MostBegun), MostBegun, $"It must not be less than the {Workers} workers there are, nor more than 20,000; 0 means twice as many.");
        ThrowUnless(MinimumWorkers is null or >= 0, nameof(MinimumWorkers), MinimumWorkers, "It must not be negative; null means all of them.");
        ThrowUnless(MinimumWorkers is null || Workers == 0 || MinimumWorkers <= Workers, nameof(MinimumWorkers), MinimumWorkers, $"It must not be more than the {Workers} workers there are at most.");
        ThrowUnless(Enum.IsDefined(Leftovers), nameof(Leftovers), Leftovers, "There is no such policy.");
        ThrowUnlessPositive(nameof(IdleTimeout), IdleTimeout);
        ThrowUnlessPositive(nameof(MaxWorkerAge), MaxWorkerAge);
    }
}
