using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>What posix_spawn(3) needs to know of one new process.</summary>
internal sealed class SpawnRequest
{
    public required string FileName { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<string> Environment { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>The descriptors the child gets: element i becomes its descriptor i. Everything else is closed in it.</summary>
    public required IReadOnlyList<int> Descriptors { get; init; }

    /// <summary>A session of its own instead of only a process group of its own: nothing typed at the terminal reaches it.</summary>
    public bool NewSession { get; init; }
}

/// <summary>
/// posix_spawn(3): the child shares no lock and no half-copied heap with us, and gets its own process group, default
/// signal dispositions (.NET ignores SIGPIPE, which would be inherited), an empty signal mask, and exactly the
/// descriptors it is handed.
/// </summary>
internal static unsafe class Spawn
{
    private const short SetProcessGroup = 0x02;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // Both structures are opaque; glibc has 80 and 336 bytes for them on x64 and arm64.
    private const int OpaqueSize = 1024;

    /// <summary>Starts the process. Returns 0 and its pid, or the error number that the system answered.</summary>
    public static int Start(SpawnRequest request, out int pid)
    {
        using var memory = new NativeStrings();
        byte* path = memory.Add(request.FileName);
        byte** argv = memory.AddList(request.Arguments);
        byte** envp = memory.AddList(request.Environment);
        byte* directory = request.WorkingDirectory is null ? null : memory.Add(request.WorkingDirectory);

        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[128];
        Check(Libc.posix_spawn_file_actions_init(actions));
        Check(Libc.posix_spawnattr_init(attributes));
        int[] moved = [];
        try
        {
            moved = MoveOutOfTheWay(request.Descriptors);
            for (int target = 0; target < moved.Length; target++)
            {
                Check(Libc.posix_spawn_file_actions_adddup2(actions, moved[target], target));
            }

            Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, moved.Length));
            if (directory is not null)
            {
                Check(Libc.posix_spawn_file_actions_addchdir_np(actions, directory));
            }

            short kind = request.NewSession ? SetSession : SetProcessGroup;
            Check(Libc.posix_spawnattr_setflags(attributes, (short)(kind | SetSignalDefaults | SetSignalMask)));
            Check(Libc.posix_spawnattr_setpgroup(attributes, 0));
            _ = Libc.sigfillset(signals);
            Check(Libc.posix_spawnattr_setsigdefault(attributes, signals));
            _ = Libc.sigemptyset(signals);
            Check(Libc.posix_spawnattr_setsigmask(attributes, signals));

            int started;
            int errno = Libc.posix_spawn(&started, path, actions, attributes, argv, envp);
            pid = errno == 0 ? started : 0;
            return errno;
        }
        catch (SystemCallException refused)
        {
            pid = 0;
            return refused.Number;
        }
        finally
        {
            foreach (int fd in moved)
            {
                _ = Libc.close(fd);
            }

            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
        }
    }

    // The dup2 actions run in order, so a source below the number of targets could be overwritten before its turn.
    private static int[] MoveOutOfTheWay(IReadOnlyList<int> sources)
    {
        int[] moved = new int[sources.Count];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = Libc.fcntl(sources[i], FileFlags.DuplicateCloseOnExec, moved.Length);
            if (moved[i] < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                for (int j = 0; j < i; j++)
                {
                    _ = Libc.close(moved[j]);
                }

                throw new SystemCallException("fcntl(F_DUPFD_CLOEXEC)", errno);
            }
        }

        return moved;
    }

    private static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new SystemCallException("posix_spawn setup", errno);
        }
    }

    /// <summary>Zero-terminated strings and pointer lists that live until disposed.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public byte* Add(string text)
        {
            byte[] bytes = Utf8.Encode(text);
            byte* block = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
            _blocks.Add((nint)block);
            bytes.CopyTo(new Span<byte>(block, bytes.Length));
            return block;
        }

        public byte** AddList(IReadOnlyList<string> texts)
        {
            byte** list = (byte**)NativeMemory.Alloc((nuint)((texts.Count + 1) * sizeof(byte*)));
            _blocks.Add((nint)list);
            for (int i = 0; i < texts.Count; i++)
            {
                list[i] = Add(texts[i]);
            }

            list[texts.Count] = null;
            return list;
        }

        public void Dispose()
        {
            foreach (nint block in _blocks)
            {
                NativeMemory.Free((void*)block);
            }
        }
    }
}
