using Plait.Execution;
using Plait.Scheduling;

namespace Plait.Processes;

/// <summary>How a <see cref="ProcessExecutor"/> works. Copied when the executor is made: later changes have no effect on it.</summary>
public sealed class ProcessExecutorOptions
{
    /// <summary>What it is called in messages; its workers are NAME-1, NAME-2 and so on. Default: "pool-N".</summary>
    public string? Name { get; set; }

    /// <summary>The most functions at the same time, in as many processes. Default: 0, the processors this process may use (affinity and control group quota, rounded up); in a worker of another executor, its share of them.</summary>
    public int Workers { get; set; }

    /// <summary>Workers that stay when there is nothing to do; the rest are started on demand and end after <see cref="IdleTimeout"/>. Default: null, as many as <see cref="Workers"/>.</summary>
    public int? MinimumWorkers { get; set; }

    /// <summary>Booted processes beyond the workers, ready to take the place of one that ends. Default: 1.</summary>
    public int Spares { get; set; } = 1;

    /// <summary>How long a worker beyond <see cref="MinimumWorkers"/> stays without work. Default: one minute.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The most tasks that wait for a worker; 0 for any number. Default: 0.</summary>
    public int QueueLimit { get; set; }

    /// <summary>What a submission does when <see cref="QueueLimit"/> is reached. Default: it waits.</summary>
    public FullBehavior WhenFull { get; set; } = FullBehavior.Wait;

    /// <summary>
    /// Decides which of the waiting tasks is next. It belongs to this executor alone from then on. Default: null, in the order of submission. Under a policy no
    /// worker is sent a task ahead, so that one that comes later and is more urgent begins before it: short tasks cost more then.
    /// </summary>
    /// <remarks>
    /// Policies with a quantum or preemption are live: as many tasks as there are <see cref="Workers"/> run at a time, others that have begun (up to
    /// <see cref="MostBegun"/>) are stopped meanwhile by SIGSTOP, each in a process of its own. A slice lasts 10 milliseconds at least, whatever the quantum.
    /// </remarks>
    public SchedulingPolicy? Policy { get; set; }

    /// <summary>
    /// Under a <see cref="Policy"/> with slices or preemption: how many tasks may be begun and not over at once, those that are stopped included. Each needs a process, so there are up to
    /// so many workers; those beyond <see cref="Workers"/> start when tasks wait and end after <see cref="IdleTimeout"/>. Default: 0, twice <see cref="Workers"/>. Not less than those.
    /// </summary>
    public int MostBegun { get; set; }

    /// <summary>A worker is replaced after so many tasks; 0 for never. Default: 0.</summary>
    public int MaxTasksPerWorker { get; set; }

    /// <summary>A worker older than this is replaced when it is between tasks. Default: never.</summary>
    public TimeSpan MaxWorkerAge { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>A worker whose resident set is larger than so many bytes after a task is replaced; 0 for never. Default: 0. (<see cref="ChildProcessOptions.MemoryLimit"/> of <see cref="Worker"/> stops one within a task.)</summary>
    public long MaxWorkerMemory { get; set; }

    /// <summary>Runs in each worker before its first task. Should it throw, the worker is not used. Default: none.</summary>
    public Action? Initializer { get; set; }

    /// <summary>How long <see cref="Initializer"/> may take. Default: 30 seconds.</summary>
    public TimeSpan InitializerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Runs in each worker that ends in an orderly way: recycled, shrunk away, or shut down without a kill. Default: none.</summary>
    public Action? Finalizer { get; set; }

    /// <summary>How long a worker may take to end, <see cref="Finalizer"/> included, before it is killed. Default: 2 seconds.</summary>
    public TimeSpan ExitTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// When a task is to stop: how long a function that has a token may take to return before SIGTERM, and how long a process may then take before
    /// SIGKILL goes to its group. A function without a token gets SIGTERM at once. Default: 1 second.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What happens to what a task leaves behind in its worker. Default: it is reset.</summary>
    public LeftoverPolicy Leftovers { get; set; } = LeftoverPolicy.Reset;

    /// <summary>A task that has killed so many workers is not tried again, whatever its retries say. Default: 3.</summary>
    public int QuarantineAfter { get; set; } = 3;

    /// <summary>After so many workers in a row that ended before they were ready, or before they began the first task they were sent, the executor gives up and says why. Default: 5.</summary>
    public int CrashLoopLimit { get; set; } = 5;

    /// <summary>
    /// Gets what workers log by <see cref="WorkerLog"/>: in order within a task and before its end, on threads of the thread pool, entries of different tasks side by side. What it throws goes to
    /// standard error. Default: null, nobody; then workers pass nothing on.
    /// </summary>
    public Action<WorkerLogEntry>? WorkerLogged { get; set; }

    /// <summary>The least level that <see cref="WorkerLogged"/> gets; what is below never leaves its worker. Default: <see cref="Processes.WorkerLogLevel.Information"/>.</summary>
    public WorkerLogLevel WorkerLogLevel { get; set; } = WorkerLogLevel.Information;

    /// <summary>How <see cref="ProcessExecutor.Dispose"/> shuts down. Default: everything submitted is run to its end.</summary>
    public ShutdownMode DisposeMode { get; set; } = ShutdownMode.Drain;

    /// <summary>How long <see cref="ProcessExecutor.Dispose"/> may take before it kills what is left. Default: 30 seconds.</summary>
    public TimeSpan DisposeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How the worker processes are started: environment, directory, priority, processors, memory limit, standard streams, codecs. Its name, daemon flag and grace are not used; its streams cannot be pipes, whose other end nobody would have.</summary>
    public ChildProcessOptions Worker { get; set; } = new();

    /// <summary>The clock that backoffs, times that count from a submission, the deadlines of shutdowns, and the patience of a map with a slow input go by. What runs in a worker is timed by the kernel's clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal ProcessExecutorOptions Copy()
    {
        var copy = (ProcessExecutorOptions)MemberwiseClone();
        copy.Worker = Worker?.Copy()!;
        return copy;
    }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Worker);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        Worker.Validate();
        ThrowUnless(Worker.StandardInput == ChildInput.Null || Worker.StandardInput == ChildInput.Inherit, nameof(Worker.StandardInput), Worker.StandardInput, "A worker reads nothing (Null) or what this process reads (Inherit): the other end of a pipe would be out of reach.");
        ThrowUnless(Worker.StandardOutput != ChildOutput.Pipe, nameof(Worker.StandardOutput), Worker.StandardOutput, "The other end of a worker's pipe would be out of reach. Forward marks every line with the worker's name.");
        ThrowUnless(Worker.StandardError != ChildOutput.Pipe, nameof(Worker.StandardError), Worker.StandardError, "The other end of a worker's pipe would be out of reach. Forward marks every line with the worker's name.");
        ThrowUnless(Workers is >= 0 and <= 10_000, nameof(Workers), Workers, "An executor has 1 to 10,000 workers; 0 means as many as there are processors.");
        ThrowUnless(MostBegun is >= 0 and <= 20_000 && (MostBegun == 0 || MostBegun >= Workers), nameof(MostBegun), MostBegun, $"It must not be less than the {Workers} workers there are, nor more than 20,000; 0 means twice as many.");
        ThrowUnless(MinimumWorkers is null or >= 0, nameof(MinimumWorkers), MinimumWorkers, "It must not be negative; null means all of them.");
        ThrowUnless(MinimumWorkers is null || Workers == 0 || MinimumWorkers <= Workers, nameof(MinimumWorkers), MinimumWorkers, $"It must not be more than the {Workers} workers there are at most.");
        ThrowUnless(Spares is >= 0 and <= 1_000, nameof(Spares), Spares, "There are 0 to 1,000 spares.");
        ThrowUnless(QueueLimit >= 0, nameof(QueueLimit), QueueLimit, "A limit must not be negative; 0 means none.");
        ThrowUnless(MaxTasksPerWorker >= 0, nameof(MaxTasksPerWorker), MaxTasksPerWorker, "It must be 1 or more; 0 means no limit.");
        ThrowUnless(MaxWorkerMemory >= 0, nameof(MaxWorkerMemory), MaxWorkerMemory, "It is a number of bytes; 0 means no limit.");
        ThrowUnless(QuarantineAfter >= 1, nameof(QuarantineAfter), QuarantineAfter, "It must be 1 or more.");
        ThrowUnless(CrashLoopLimit >= 1, nameof(CrashLoopLimit), CrashLoopLimit, "It must be 1 or more.");
        ThrowUnless(Enum.IsDefined(WhenFull), nameof(WhenFull), WhenFull, "There is no such behaviour.");
        ThrowUnless(Enum.IsDefined(Leftovers), nameof(Leftovers), Leftovers, "There is no such policy.");
        ThrowUnless(Enum.IsDefined(WorkerLogLevel), nameof(WorkerLogLevel), WorkerLogLevel, "There is no such level.");
        ThrowUnless(Enum.IsDefined(DisposeMode), nameof(DisposeMode), DisposeMode, "There is no such mode.");
        ThrowUnlessPositive(nameof(IdleTimeout), IdleTimeout);
        ThrowUnlessPositive(nameof(MaxWorkerAge), MaxWorkerAge);
        ThrowUnlessPositive(nameof(InitializerTimeout), InitializerTimeout);
        ThrowUnlessPositive(nameof(ExitTimeout), ExitTimeout);
        ThrowUnless(Grace >= TimeSpan.Zero || Grace == Timeout.InfiniteTimeSpan, nameof(Grace), Grace, "It must not be negative.");
        ThrowUnless(DisposeTimeout >= TimeSpan.Zero || DisposeTimeout == Timeout.InfiniteTimeSpan, nameof(DisposeTimeout), DisposeTimeout, "It must not be negative.");
    }

    private static void ThrowUnlessPositive(string name, TimeSpan value) =>
        ThrowUnless(value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan, name, value, "It must be positive, or Timeout.InfiniteTimeSpan.");

    private static void ThrowUnless(bool isFine, string name, object? value, string why)
    {
        if (!isFine)
        {
            throw new ArgumentOutOfRangeException(name, value, why);
        }
    }
}
