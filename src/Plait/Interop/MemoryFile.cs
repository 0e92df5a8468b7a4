using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>Anonymous memory that other processes can map through an inherited descriptor: memfd_create(2) and mmap(2).</summary>
internal static unsafe class MemoryFile
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSeals = 1033;
    private const int SealSeal = 1;
    private const int SealShrink = 2;
    private const int SealGrow = 4;
    private const int SeekEnd = 2;
    private const int ProtectRead = 1;
    private const int ProtectReadWrite = 3;
    private const int MapShared = 1;
    private const int MapPrivate = 2;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const int AdviseRemove = 9;

    /// <summary>A sparse file of <paramref name="size"/> bytes whose size nobody can change any more: a shrunk mapping would be a fatal SIGBUS in a peer.</summary>
    public static Descriptor Create(string name, long size)
    {
        int fd;
        fixed (byte* text = Utf8.Encode(name))
        {
            fd = Libc.memfd_create(text, CloseOnExec | AllowSealing);
        }

        if (fd < 0)
        {
            throw new SystemCallException("memfd_create", Marshal.GetLastPInvokeError());
        }

        var descriptor = new Descriptor(fd);
        if (Libc.ftruncate(fd, size) != 0 || Libc.fcntl(fd, AddSeals, SealShrink | SealGrow | SealSeal) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            descriptor.Dispose();
            throw new SystemCallException("memfd sealing", errno);
        }

        return descriptor;
    }

    /// <summary>The largest file this process may make (ulimit -f): a larger one would be answered with a fatal signal.</summary>
    public static long LargestSize
    {
        get
        {
            const int FileSizeLimit = 1;
            ulong* limit = stackalloc ulong[2];
            return Libc.getrlimit(FileSizeLimit, limit) == 0 ? (long)Math.Min(limit[0], long.MaxValue) : long.MaxValue;
        }
    }

    /// <summary>Opens what a path leads to, to read only and without any lock; null and the error's number when that is refused.</summary>
    public static Descriptor? TryOpenToRead(string path, out int errno)
    {
        int fd;
        fixed (byte* text = Utf8.Encode(path))
        {
            fd = Libc.open(text, FileFlags.CloseOnExec, 0);
        }

        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        return fd < 0 ? null : new Descriptor(fd);
    }

    public static long SizeOf(int fd) => Libc.lseek(fd, 0, SeekEnd);

    /// <summary>Maps the whole file shared; null when the address space has no room (ENOMEM), so that the caller can ask for less.</summary>
    public static byte* TryMap(int fd, long size, bool isWritable = true)
    {
        void* address = Libc.mmap(null, (nuint)size, isWritable ? ProtectReadWrite : ProtectRead, MapShared | MapNoReserve, fd, 0);
        return (nint)address == -1 ? null : (byte*)address;
    }

    /// <summary>Memory of this process alone, sparse; null when the address space has no room.</summary>
    public static byte* TryMapPrivate(long size)
    {
        void* address = Libc.mmap(null, (nuint)size, ProtectReadWrite, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
        return (nint)address == -1 ? null : (byte*)address;
    }

    public static void Unmap(byte* address, long size) => _ = Libc.munmap(address, (nuint)size);

    /// <summary>Gives the pages of a page-aligned range back to the system; they read as zero afterwards, in every process.</summary>
    public static void Discard(byte* address, long length) => _ = Libc.madvise(address, (nuint)length, AdviseRemove);
}
