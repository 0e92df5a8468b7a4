namespace Plait.Processes;

/// <summary>Which limit or fact made the system refuse to start a child.</summary>
public enum ChildStartFailure
{
    /// <summary>EAGAIN: the limit on processes and threads (ulimit -u, the machine's pid_max, or the control group's pids.max).</summary>
    ProcessLimit,

    /// <summary>ENOMEM: memory, or address space (ulimit -v).</summary>
    Memory,

    /// <summary>EMFILE or ENFILE: the limit on open descriptors (ulimit -n, or the machine's file-max).</summary>
    DescriptorLimit,

    /// <summary>ENOENT: the program, its interpreter or the working directory does not exist.</summary>
    NotFound,

    /// <summary>EACCES or EPERM: the program may not be run, or a setting needs a privilege.</summary>
    NotPermitted,

    /// <summary>Another error; <see cref="ChildStartException.ErrorNumber"/> tells.</summary>
    Other,
}

/// <summary>The system refused to start a child. Nothing is left of the attempt; it may be made again.</summary>
public sealed class ChildStartException : Exception
{
    internal ChildStartException(string name, string what, int errno, Exception? inner = null)
        : base($"Child '{name}' could not be started: {what} was refused with {Interop.Errno.Name(errno)}. {Advice(Classify(errno))}", inner)
    {
        ErrorNumber = errno;
        Failure = Classify(errno);
    }

    /// <summary>Which limit was met.</summary>
    public ChildStartFailure Failure { get; }

    /// <summary>The system's error number.</summary>
    public int ErrorNumber { get; }

    private static ChildStartFailure Classify(int errno) => errno switch
    {
        Interop.Errno.EAGAIN => ChildStartFailure.ProcessLimit,
        Interop.Errno.ENOMEM => ChildStartFailure.Memory,
        Interop.Errno.EMFILE or Interop.Errno.ENFILE => ChildStartFailure.DescriptorLimit,
        Interop.Errno.ENOENT => ChildStartFailure.NotFound,
        Interop.Errno.EACCES or Interop.Errno.EPERM => ChildStartFailure.NotPermitted,
        _ => ChildStartFailure.Other,
    };

    private static string Advice(ChildStartFailure failure) => failure switch
    {
        ChildStartFailure.ProcessLimit => "The limit on processes is met: end some, or raise ulimit -u or the control group's pids.max.",
        ChildStartFailure.Memory => "Memory or address space is used up: end some processes, or raise ulimit -v.",
        ChildStartFailure.DescriptorLimit => "The limit on open descriptors is met: close some, or raise ulimit -n.",
        ChildStartFailure.NotFound => "The program, its interpreter or the working directory does not exist.",
        ChildStartFailure.NotPermitted => "The program may not be run, or the setting needs a privilege.",
        _ => "See the error number.",
    };
}
