using System.Globalization;
using System.Text;
using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>
/// A tiny process beside this one that outlives it by a moment: told of every group we start and reap, it kills those
/// that are left when we are gone, however we went. It is what ends a foreign program that a worker had started when
/// this process is killed with SIGKILL. It runs in a session of its own, ignores the terminal, and ends by itself.
/// </summary>
internal sealed class Keeper
{
    private const string Shell = "/bin/sh";

    // End of file on standard input means that the parent is gone: only it holds the other end.
    private const string Script = """
        trap '' HUP INT TERM TSTP
        groups=' '
        while read -r what group; do
            case $what in
            +) groups="$groups$group " ;;
            -) groups="${groups%% $group *} ${groups#* $group }" ;;
            esac
        done
        for group in $groups; do kill -9 "-$group"; done 2>/dev/null
        """;

    private readonly Lock _gate = new();

    // Guarded by _gate: the groups to tell a new keeper when the old one was killed.
    private readonly HashSet<int> _groups = [];
    private Descriptor? _pipe;
    private bool _isMissing;

    private Keeper()
    {
    }

    public static Keeper Instance { get; } = new();

    /// <summary>From now on the group dies with us.</summary>
    public void Add(int group)
    {
        lock (_gate)
        {
            _groups.Add(group);
            if (_pipe is not null)
            {
                Tell('+', group);
            }
            else if (!_isMissing)
            {
                Start_UnderLock();
            }
        }
    }

    /// <summary>The group has ended; its number may soon belong to somebody else.</summary>
    public void Remove(int group)
    {
        lock (_gate)
        {
            _groups.Remove(group);
            if (_pipe is not null)
            {
                Tell('-', group);
            }
        }
    }

    private void Start_UnderLock()
    {
        if (!File.Exists(Shell))
        {
            _isMissing = true;
            return;
        }

        try
        {
            _pipe = StartShell();
        }
        catch (SystemCallException)
        {
            // No descriptor or no process is to be had now: tried again with the next child.
            return;
        }

        foreach (int group in _pipe is null ? [] : _groups)
        {
            Tell('+', group);
        }
    }

    /// <summary>Returns the end of the pipe that we talk into; null when the system refused the process.</summary>
    private Descriptor? StartShell()
    {
        (Descriptor read, Descriptor write) = Descriptor.Pipe(nonBlockingRead: false);
        using (read)
        {
            try
            {
                using Descriptor nothing = Descriptor.Null();
                var request = new SpawnRequest
                {
                    FileName = Shell,
                    Arguments = ["plait-keeper", "-c", Script],
                    Environment = [],
                    Descriptors = [read.Number, nothing.Number, nothing.Number],
                    WorkingDirectory = "/",
                    NewSession = true,
                };
                if (Spawner.Instance.Start(request, affinity: null) is { Errno: 0, PidFd: { } pidFd })
                {
                    Watch(pidFd);
                    return write;
                }
            }
            catch
            {
                write.Dispose();
                throw;
            }
        }

        write.Dispose();
        return null;
    }

    private void Tell(char what, int group) =>
        _ = _pipe!.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {group}\n")));

    private void Watch(Descriptor pidFd)
    {
        _ = Supervisor.Deaths.Watch(pidFd, id =>
        {
            _ = ProcessCalls.Reap(pidFd);
            Supervisor.Deaths.Forget(id, pidFd);
            pidFd.Dispose();
            lock (_gate)
            {
                // Somebody killed it. If there are groups to keep, a new one takes over.
                _pipe?.Dispose();
                _pipe = null;
                if (_groups.Count > 0)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static keeper => keeper.Restart(), this, preferLocal: false);
                }
            }
        });
    }

    private void Restart()
    {
        lock (_gate)
        {
            if (_pipe is null && _groups.Count > 0)
            {
                Start_UnderLock();
            }
        }
    }
}
