using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>The C library's functions on sockets, as they are; <see cref="StreamSocket"/> gives them meaning.</summary>
internal static unsafe partial class SocketCalls
{
    public const int LocalFamily = 1;
    public const int Stream = 1;
    public const int CloseOnExec = 0x80000;
    public const int NoSignal = 0x4000;
    public const int SocketLevel = 1;
    public const int PeerCredentials = 17;
    public const int ShutBoth = 2;

    /// <summary>Bytes of a path in struct sockaddr_un, its closing zero included.</summary>
    public const int PathBytes = 108;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bind(int fd, byte* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int listen(int fd, int backlog);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int accept4(int fd, byte* address, uint* length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int connect(int fd, byte* address, uint length);

    /// <summary>recv(2), once for each message of a server: a failure's number is to be asked of <see cref="Marshal.GetLastSystemError"/>, at once.</summary>
    /// <remarks>glibc's own makes itself cancellable for each call by two locked operations, in programs with several threads; and SetLastError writes and reads errno around those that go well.</remarks>
    public static nint recv(int fd, byte* buffer, nuint length, int flags) => Transfer(SystemCall.ReceiveFrom, fd, buffer, length, flags, 0, 0);

    /// <summary>send(2), as <see cref="recv"/>.</summary>
    public static nint send(int fd, byte* buffer, nuint length, int flags) => Transfer(SystemCall.SendTo, fd, buffer, length, flags, 0, 0);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockname(int fd, byte* address, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getpeername(int fd, byte* address, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint sendmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int option, void* value, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int shutdown(int fd, int how);

    [LibraryImport(Library, EntryPoint = "syscall")]
    private static partial nint Transfer(long call, nint fd, byte* buffer, nuint length, nint flags, nint address, nint addressLength);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Part
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct ucred.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Credentials
    {
        public int Pid;
        public uint User;
        public uint Group;
    }
}
