using Plait.Execution;

namespace Plait.Processes;

/// <summary>How a <see cref="HybridExecutor"/> works. Copied when the executor is made: later changes have no effect on it.</summary>
public sealed class HybridExecutorOptions
{
    private const int MostTasks = 1_000;

    /// <summary>What it is called in messages; its processes are NAME-1, NAME-2 and so on, and the threads of the first NAME-1, NAME-1.2, NAME-1.3 and so on. Default: "pool-N".</summary>
    public string? Name { get; set; }

    /// <summary>How many processes. Default: 0, the processors this process may use.</summary>
    public int Processes { get; set; }

    /// <summary>How many tasks each process runs at once, 1 to 1,000, each on a thread of its own that is made when it is first needed. Default: 5, as many as a <see cref="ThreadExecutor"/> has for each processor.</summary>
    public int TasksPerProcess { get; set; } = 5;

    /// <summary>Booted processes beyond those, ready to take the place of one that ends. Default: 1.</summary>
    public int Spares { get; set; } = 1;

    /// <summary>The most tasks that wait for a place; 0 for any number. Default: 0.</summary>
    public int QueueLimit { get; set; }

    /// <summary>What a submission does when <see cref="QueueLimit"/> is reached. Default: it waits.</summary>
    public FullBehavior WhenFull { get; set; } = FullBehavior.Wait;

    /// <summary>A process is replaced after so many tasks, when those it runs are over; 0 for never. Default: 0.</summary>
    public int MaxTasksPerWorker { get; set; }

    /// <summary>A process whose resident set is larger than so many bytes after a task is replaced, when those it runs are over; 0 for never. Default: 0.</summary>
    public long MaxWorkerMemory { get; set; }

    /// <summary>Runs in each process before its first task. Should it throw, the process is not used. Default: none.</summary>
    public Action? Initializer { get; set; }

    /// <summary>How long <see cref="Initializer"/> may take. Default: 30 seconds.</summary>
    public TimeSpan InitializerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Runs in each process that ends in an orderly way. Default: none.</summary>
    public Action? Finalizer { get; set; }

    /// <summary>
    /// How long a task may go on after its token was cancelled, because of its time or a cancellation. Then its future ends without it, its process
    /// takes no new tasks, and is killed and replaced as soon as none but such tasks run in it. Default: 1 second. <see cref="Timeout.InfiniteTimeSpan"/>:
    /// its future waits for it.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a process may take to end, <see cref="Finalizer"/> included, before it is killed. Default: 2 seconds.</summary>
    public TimeSpan ExitTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A task that has lost so many processes is not tried again, whatever its retries say. After the first loss it is tried alone in a process. Default: 3.</summary>
    public int QuarantineAfter { get; set; } = 3;

    /// <summary>After so many processes in a row that ended before they could work, the executor gives up and says why. Default: 5.</summary>
    public int CrashLoopLimit { get; set; } = 5;

    /// <summary>How <see cref="HybridExecutor.Dispose"/> shuts down. Default: everything submitted is run to its end.</summary>
    public ShutdownMode DisposeMode { get; set; } = ShutdownMode.Drain;

    /// <summary>How long <see cref="HybridExecutor.Dispose"/> may take before it kills what is left. Default: 30 seconds.</summary>
    public TimeSpan DisposeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets what processes log by <see cref="WorkerLog"/>: in order within a task and before its end, on threads of the thread pool, entries of different tasks side by side. What it throws goes to
    /// standard error. Default: null, nobody; then processes pass nothing on.
    /// </summary>
    public Action<WorkerLogEntry>? WorkerLogged { get; set; }

    /// <summary>The least level that <see cref="WorkerLogged"/> gets; what is below never leaves its process. Default: <see cref="Plait.Processes.WorkerLogLevel.Information"/>.</summary>
    public WorkerLogLevel WorkerLogLevel { get; set; } = WorkerLogLevel.Information;

    /// <summary>How the processes are started, see <see cref="ProcessExecutorOptions.Worker"/>.</summary>
    public ChildProcessOptions Worker { get; set; } = new();

    /// <summary>The clock that backoffs, times that count from a submission, and the deadlines of shutdowns go by. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>As the options of the pool of processes, checked. Tasks that run side by side cannot be told apart by what they leave behind, so that is kept.</summary>
    internal ProcessExecutorOptions ToProcessOptions()
    {
        if (Processes is < 0 or > 10_000)
        {
            throw new ArgumentOutOfRangeException(nameof(Processes), Processes, "An executor has 1 to 10,000 processes; 0 means as many as there are processors.");
        }

        if (TasksPerProcess is < 1 or > MostTasks)
        {
            throw new ArgumentOutOfRangeException(nameof(TasksPerProcess), TasksPerProcess, $"A process runs 1 to {MostTasks} tasks at once, each on a thread. For more, take more processes.");
        }

        var options = new ProcessExecutorOptions
        {
            Name = Name,
            Workers = Processes,
            Spares = Spares,
            QueueLimit = QueueLimit,
            WhenFull = WhenFull,
            MaxTasksPerWorker = MaxTasksPerWorker,
            MaxWorkerMemory = MaxWorkerMemory,
            Initializer = Initializer,
            InitializerTimeout = InitializerTimeout,
            Finalizer = Finalizer,
            Grace = Grace,
            ExitTimeout = ExitTimeout,
            Leftovers = LeftoverPolicy.Keep,
            QuarantineAfter = QuarantineAfter,
            CrashLoopLimit = CrashLoopLimit,
            DisposeMode = DisposeMode,
            DisposeTimeout = DisposeTimeout,
            WorkerLogged = WorkerLogged,
            WorkerLogLevel = WorkerLogLevel,
            Worker = Worker?.Copy()!,
            TimeProvider = TimeProvider,
        };
        options.Validate();
        return options;
    }
}
