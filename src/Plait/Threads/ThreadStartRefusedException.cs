using System.Globalization;
using Plait.Interop;

namespace Plait.Threads;

/// <summary>The system refused to start a thread. Nothing is left of the attempt; it may be made again. The message names the thread, how many run, and the limits.</summary>
public sealed class ThreadStartRefusedException : Exception
{
    internal ThreadStartRefusedException(string name, int running, in ThreadLimits limits, Exception inner)
        : base(Describe(name, running, limits, inner), inner)
    {
        ThreadName = name;
        RunningWorkers = running;
        ProcessThreads = limits.Threads;
        UserLimit = limits.UserThreads;
        ControlGroupLimit = limits.ControlGroupThreads;
        MappingLimit = limits.Mappings;
        MachineLimit = limits.MachineThreads;
    }

    /// <summary>The name of the thread that was not started.</summary>
    public string ThreadName { get; }

    /// <summary>How many threads started as a <see cref="WorkerThread"/> ran at that moment.</summary>
    public int RunningWorkers { get; }

    /// <summary>How many threads the whole process had; null when the system does not tell.</summary>
    public long? ProcessThreads { get; }

    /// <summary>The most threads and processes of this user together (RLIMIT_NPROC, ulimit -u; a privileged process is not held to it); null for none.</summary>
    public long? UserLimit { get; }

    /// <summary>The most threads of this process's control group (the smallest pids.max above it); null for none.</summary>
    public long? ControlGroupLimit { get; }

    /// <summary>The most memory mappings of a process (vm.max_map_count), of which a thread takes two or three; null when the system does not tell.</summary>
    public long? MappingLimit { get; }

    /// <summary>The most threads of the machine (kernel.threads-max); null when the system does not tell.</summary>
    public long? MachineLimit { get; }

    private static string Describe(string name, int running, in ThreadLimits limits, Exception inner)
    {
        string start = $"Thread '{name}' could not be started: ";
        return inner is SystemCallException refused
            ? $"{start}{refused.Call} was refused with {Errno.Name(refused.Number)}. A negative Nice needs a privilege (CAP_SYS_NICE, or ulimit -e)."
            : $"{start}the system gives this process no more threads, or no memory for a stack ({inner.GetType().Name}). "
                + $"{running} WorkerThreads run, {Number(limits.Threads)} threads in the whole process. "
                + $"Limits: {Number(limits.UserThreads)} for the user (ulimit -u), {Number(limits.ControlGroupThreads)} for the control group (pids.max), "
                + $"{Number(limits.Mappings)} memory mappings (vm.max_map_count; a thread takes two or three), {Number(limits.MachineThreads)} for the machine (kernel.threads-max). "
                + "Join or end some threads first, start fewer and give each more to do, use a smaller StackSize, or raise the limit that is met.";
    }

    private static string Number(long? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "(not known)";
}
