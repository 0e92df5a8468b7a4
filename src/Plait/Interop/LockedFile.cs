using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>What the system says about an open file.</summary>
/// <param name="Owner">The user id of its owner.</param>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Links">Names that it has; 0 once it is unlinked.</param>
/// <param name="Inode">Its number on its file system.</param>
internal readonly record struct FileFacts(uint Owner, uint Mode, uint Links, ulong Inode)
{
    private const uint TypeMask = 0xF000;
    private const uint Regular = 0x8000;

    public bool IsRegular => (Mode & TypeMask) == Regular;

    /// <summary>Whether group or others may do anything.</summary>
    public bool IsOpenToOthers => (Mode & 0x3F) != 0;
}

/// <summary>A file that processes find by its path, with locks that the kernel releases when their holder ends: flock(2) on the whole, and open-file-description locks on single bytes.</summary>
internal static unsafe class LockedFile
{
    private const int NoFollow = 0x20000;
    private const int NoFollowArm64 = 0x8000;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int GetByteLock = 36;
    private const int SetByteLock = 37;
    private const short WriteLock = 1;
    private const short Unlocked = 2;
    private const int EmptyPath = 0x1000;

    // Far behind anything that is mapped: a lock on a byte does not need the byte.
    private const long FirstByte = 1L << 40;

    public static uint CurrentUser => Libc.geteuid();

    /// <summary>Opens a file that is there and no link; null when there is none.</summary>
    public static Descriptor? TryOpen(string path) => TryOpen(path, 0, out int errno) is { } file ? file
        : errno == Errno.ENOENT ? null : throw new SystemCallException($"open of {path}", errno);

    /// <summary>Makes the file, for its owner alone; null when there is something of that name.</summary>
    public static Descriptor? TryCreate(string path) => TryOpen(path, Create | Exclusive, out int errno) is { } file ? file
        : errno == Errno.EEXIST ? null : throw new SystemCallException($"creation of {path}", errno);

    /// <summary>Becomes the only process that has the file locked; false when another has.</summary>
    public static bool TryLockAlone(Descriptor file) => Libc.flock(file.Number, LockExclusive | LockNonBlocking) == 0;

    /// <summary>Locks the file together with others. Blocks while one has it alone, which lasts as long as it takes to prepare it.</summary>
    public static void LockTogether(Descriptor file) => Lock(file, LockShared);

    /// <summary>Becomes the only process that has it locked. Blocks while others have.</summary>
    public static void LockAlone(Descriptor file) => Lock(file, LockExclusive);

    private static void Lock(Descriptor file, int operation)
    {
        while (Libc.flock(file.Number, operation) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new SystemCallException("flock", errno);
            }
        }
    }

    /// <summary>Locks a byte for as long as this process has the file open.</summary>
    public static void LockByte(Descriptor file, uint index)
    {
        ByteLock request = At(index);
        if (Libc.fcntl(file.Number, SetByteLock, (nint)(&request)) != 0)
        {
            throw new SystemCallException("fcntl(F_OFD_SETLK)", Marshal.GetLastPInvokeError());
        }
    }

    public static void UnlockByte(Descriptor file, uint index)
    {
        ByteLock request = At(index);
        request.Type = Unlocked;
        _ = Libc.fcntl(file.Number, SetByteLock, (nint)(&request));
    }

    /// <summary>Whether another process has the byte locked.</summary>
    public static bool IsByteLocked(Descriptor file, uint index)
    {
        ByteLock request = At(index);
        return Libc.fcntl(file.Number, GetByteLock, (nint)(&request)) != 0 || request.Type != Unlocked;
    }

    public static FileFacts Describe(Descriptor file)
    {
        // struct statx, the same on every architecture.
        const uint BasicFacts = 0x7FF;
        byte* facts = stackalloc byte[256];
        byte empty = 0;
        if (Libc.statx(file.Number, &empty, EmptyPath, BasicFacts, facts) != 0)
        {
            throw new SystemCallException("statx", Marshal.GetLastPInvokeError());
        }

        return new FileFacts(*(uint*)(facts + 20), *(ushort*)(facts + 28), *(uint*)(facts + 16), *(ulong*)(facts + 32));
    }

    /// <summary>Empties the file and gives it that many zero bytes, which all have their place in the file system: a store into them cannot fail.</summary>
    /// <exception cref="SystemCallException">There is no room.</exception>
    public static void Reserve(Descriptor file, long size)
    {
        if (Libc.ftruncate(file.Number, 0) != 0 || Libc.ftruncate(file.Number, size) != 0)
        {
            throw new SystemCallException("ftruncate", Marshal.GetLastPInvokeError());
        }

        int error = Libc.posix_fallocate(file.Number, 0, size);
        if (error != 0)
        {
            _ = Libc.ftruncate(file.Number, 0);
            throw new SystemCallException("posix_fallocate", error);
        }
    }

    private static Descriptor? TryOpen(string path, int flags, out int errno)
    {
        const int OwnerOnly = 0x180;
        int noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? NoFollowArm64 : NoFollow;
        int fd;
        fixed (byte* text = Utf8.Encode(path))
        {
            fd = Libc.open(text, FileFlags.ReadWrite | FileFlags.CloseOnExec | noFollow | flags, OwnerOnly);
        }

        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        return fd < 0 ? null : new Descriptor(fd);
    }

    private static ByteLock At(uint index) => new() { Type = WriteLock, Start = FirstByte + index, Length = 1 };

    // struct flock on 64-bit systems.
    [StructLayout(LayoutKind.Sequential)]
    private struct ByteLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
