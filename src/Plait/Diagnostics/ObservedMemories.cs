using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Diagnostics;

/// <summary>
/// The scope memories of other processes, found by what they have open: /proc/PID/fd names a memfd as its maker did, and a named scope by its file. From
/// each memory the search goes on to the other processes that use it. Nothing is written, locked or stopped.
/// </summary>
internal sealed unsafe class ObservedMemories : IDisposable
{
    private const string MemfdPrefix = "/memfd:";
    private const string Deleted = " (deleted)";

    private readonly List<SeenMemory> _all = [];
    private readonly List<Descriptor> _files = [];
    private readonly HashSet<(string, ulong)> _known = [];
    private readonly HashSet<int> _processes = [];
    private readonly Queue<int> _next = [];
    private readonly List<string> _unseen = [];

    private ObservedMemories()
    {
    }

    public IReadOnlyList<SeenMemory> All => _all;

    public IReadOnlyList<string> Unseen => _unseen;

    public static ObservedMemories OfProcess(int pid)
    {
        if (pid <= 0 || !Directory.Exists($"/proc/{pid}"))
        {
            throw new ArgumentException($"There is no process {pid}.", nameof(pid));
        }

        return Collect(seen =>
        {
            seen._processes.Add(pid);
            seen.AddProcess(pid);
            if (seen._all.Count == 0)
            {
                throw new InvalidOperationException($"Process {pid} ({NameOf(pid)}) has no Plait scope: it does not use Plait, or has made no scope yet.{RelativeOf(pid)}");
            }
        });
    }

    public static ObservedMemories OfScope(string name)
    {
        if (!NamedArena.IsName(name))
        {
            throw new ArgumentException($"'{name}' is neither the number of a process nor the name of a scope: that is 1 to 100 letters, digits, '-', '_' and '.', and does not begin with '.'.", nameof(name));
        }

        string path = NamedArena.PathOf(name);
        return Collect(seen =>
        {
            Descriptor file = MemoryFile.TryOpenToRead(path, out int errno) ?? throw (errno == Errno.ENOENT
                ? new ArgumentException($"There is no scope '{name}': nobody of this user has it open ({path} does not exist).", nameof(name))
                : new UnauthorizedAccessException($"Scope '{name}' cannot be looked at: open of {path} failed with error {errno}."));
            seen.Add(file, SeenMemory.Named(name), isShared: true, isNamed: true);
        });
    }

    public void Dispose()
    {
        foreach (SeenMemory memory in _all)
        {
            memory.Memory.EndObservation();
        }

        foreach (Descriptor file in _files)
        {
            file.Dispose();
        }
    }

    private static ObservedMemories Collect(Action<ObservedMemories> start)
    {
        var seen = new ObservedMemories();
        try
        {
            start(seen);
            while (seen._next.TryDequeue(out int pid))
            {
                try
                {
                    seen.AddProcess(pid);
                }
                catch (Exception error) when (error is UnauthorizedAccessException or InvalidDataException or OutOfMemoryException)
                {
                    seen._unseen.Add(error.Message);
                }
            }

            return seen;
        }
        catch
        {
            seen.Dispose();
            throw;
        }
    }

    private void AddProcess(int pid)
    {
        string[] links;
        try
        {
            links = Directory.GetFileSystemEntries($"/proc/{pid}/fd");
        }
        catch (DirectoryNotFoundException)
        {
            // It has ended meanwhile.
            return;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new UnauthorizedAccessException($"Process {pid} ({NameOf(pid)}) cannot be looked at: it is another user's, or protected. Its thread scopes and named scopes are not shown; run as its user, or as root.", error);
        }

        foreach (string link in links)
        {
            string? target = ReadLink(link);
            if (target is null)
            {
                continue;
            }

            string path = target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target;
            (string Label, bool IsShared, bool IsNamed)? found = path switch
            {
                MemfdPrefix + ScopeMemory.OwnName => (SeenMemory.ThreadsOf(pid), false, false),
                MemfdPrefix + ScopeMemory.TreeName => (SeenMemory.Processes, true, false),
                _ when NamedArena.NameOf(path) is { } name => (SeenMemory.Named(name), true, true),
                _ => null,
            };
            if (found is { } memory && MemoryFile.TryOpenToRead(link, out _) is { } file)
            {
                Add(file, memory.Label, memory.IsShared, memory.IsNamed);
            }
        }
    }

    private void Add(Descriptor file, string label, bool isShared, bool isNamed)
    {
        _files.Add(file);
        if (!_known.Add((label, LockedFile.Describe(file).Inode)))
        {
            return;
        }

        if (Observe(file, label, isShared, isNamed) is not { } memory)
        {
            // Made for children that might want it; nobody has yet.
            return;
        }

        _all.Add(new SeenMemory(memory, label));
        uint top = Math.Min(Volatile.Read(ref memory.Header->ParticipantTop), ScopeMemory.MostParticipants);
        for (uint i = 0; isShared && i < top; i++)
        {
            ParticipantRecord* process = memory.Participant(i);
            ulong occupant = Volatile.Read(ref process->Occupant);
            int pid = (int)(occupant & ~ParticipantRecord.Joining & uint.MaxValue);
            if (pid == 0 || !memory.Liveness.IsAlive(ScopeMemory.ParticipantNumber(i, occupant)))
            {
                continue;
            }

            if (process->PidNamespace != 0 && process->PidNamespace != ProcessIdentity.Current.PidNamespace)
            {
                _unseen.Add($"{memory.DescribeParticipant(i)} (pid {pid}) is in another pid namespace: its thread scopes are not shown, and whether it lives is not known.");
            }
            else if (_processes.Add(pid))
            {
                _next.Enqueue(pid);
            }
        }
    }

    private static ScopeMemory? Observe(Descriptor file, string label, bool isShared, bool isNamed)
    {
        Arena? arena = null;
        ScopeMemory? memory = null;
        try
        {
            arena = Arena.Observe(file.Number);
            memory = ScopeMemory.Observe(arena, isShared, isNamed ? file : null);
            return memory;
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"What lies in {label} cannot be read: {error.Message}", error);
        }
        finally
        {
            if (memory is null)
            {
                arena?.Dispose();
            }
        }
    }

    private static string? ReadLink(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It was closed meanwhile.
            return null;
        }
    }

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }

    // People name the shell, or `dotnet run`, whose child is the program.
    private static string RelativeOf(int pid)
    {
        foreach (string task in Directory.Exists($"/proc/{pid}/task") ? Directory.GetDirectories($"/proc/{pid}/task") : [])
        {
            try
            {
                foreach (string child in File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    int number = int.Parse(child, System.Globalization.CultureInfo.InvariantCulture);
                    if (HasScope(number))
                    {
                        return $" Its child {number} ({NameOf(number)}) has.";
                    }
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not to be known: then there is no hint.
            }
        }

        return string.Empty;
    }

    private static bool HasScope(int pid) =>
        Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(ReadLink).Any(static target =>
            target is not null && (target.StartsWith(MemfdPrefix + ScopeMemory.OwnName, StringComparison.Ordinal) || target.StartsWith(MemfdPrefix + ScopeMemory.TreeName, StringComparison.Ordinal)));
}
