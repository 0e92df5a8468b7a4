using System.ComponentModel;

namespace Plait.Interop;

/// <summary>A system call failed in a way that its caller cannot turn into something better.</summary>
internal sealed class SystemCallException(string call, int errno)
    : Win32Exception(errno, $"{call} failed with {Errno.Name(errno)}: {new Win32Exception(errno).Message}.")
{
    /// <summary>The call that failed.</summary>
    public string Call { get; } = call;

    public int Number { get; } = errno;
}
