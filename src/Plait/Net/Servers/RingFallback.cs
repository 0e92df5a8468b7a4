using System.Globalization;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Rings;

namespace Plait.Net.Servers;

/// <summary>Whether a system gives an io_uring, and what a server does where it does not: the same with epoll, and says why.</summary>
internal static class RingFallback
{
    private const string Setting = "/proc/sys/kernel/io_uring_disabled";

    /// <summary>Over a ring; or over epoll, and then the core knows why.</summary>
    public static LoopPoller CreatePoller(StreamServerOptions options, ServerCore core)
    {
        int errno = options.RingRefusal;
        if (errno == 0 && RingPoller.TryCreate(out errno) is { } poller)
        {
            return poller;
        }

        core.FallbackReason = Reason(errno);
        return new EpollPoller();
    }

    /// <summary>Why there is none; null when there is.</summary>
    public static string? Probe()
    {
        using RingPoller? poller = RingPoller.TryCreate(out int errno);
        return poller is null ? Reason(errno) : null;
    }

    private static string Reason(int errno) => $"io_uring is not to be had ({Errno.Name(errno)}): " + errno switch
    {
        Errno.ENOSYS => "the kernel has none, or a sandbox hides it.",
        Errno.EPERM or Errno.EACCES => IsDisabled(out string value)
            ? $"it is switched off for this user (kernel.io_uring_disabled is {value}): an administrator can set it to 0."
            : "a sandbox forbids it, as Docker's default profile does: a seccomp profile of your own can allow io_uring_setup, io_uring_enter and io_uring_register.",
        Errno.EINVAL => "the kernel is too old, it takes Linux 5.19.",
        Errno.ENOMEM => "the memory that this process may lock is used up: raise its limit (ulimit -l).",
        Errno.EMFILE or Errno.ENFILE => "there are no descriptors left: raise their limit (ulimit -n).",
        _ => "the system has refused it.",
    };

    private static bool IsDisabled(out string value)
    {
        try
        {
            value = File.ReadAllText(Setting).Trim();
            return int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number > 0;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            // A kernel before 6.6 has no such setting.
            value = "";
            return false;
        }
    }
}
