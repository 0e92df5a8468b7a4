namespace Plait.Interop;

/// <summary>Which file a descriptor stands for, as far as the system tells: two descriptors of one file are equal, and so are all of those kinds that have no file of their own (events, timers).</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number)
{
    /// <summary>False when the number stands for nothing.</summary>
    public static unsafe bool TryRead(int descriptor, out FileIdentity identity)
    {
        // struct statx, the same on every architecture.
        const uint JustTheNumber = 0x100;
        const int EmptyPath = 0x1000;
        byte* facts = stackalloc byte[256];
        byte empty = 0;
        if (Libc.statx(descriptor, &empty, EmptyPath, JustTheNumber, facts) != 0)
        {
            identity = default;
            return false;
        }

        identity = new FileIdentity(*(ulong*)(facts + 136), *(ulong*)(facts + 32));
        return true;
    }
}
