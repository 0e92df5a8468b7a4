using System.Collections.Concurrent;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Processes.Spawning;

/// <summary>
/// One process we started, from spawn to reaping. Order at its death, on the supervisor thread: tell the owner (its
/// channel closes at once), sweep what is left of the group while the unreaped leader still holds the group's number,
/// forget it in the keeper, reap, take the last output, and then say that it is over.
/// </summary>
internal sealed class SupervisedProcess
{
    private static readonly ConcurrentDictionary<int, SupervisedProcess> Living = new();

    private readonly Lock _gate = new();
    private readonly Descriptor _pidFd;
    private readonly ChildStreams _streams;
    private readonly Action _onDeath;
    private readonly Action _onEnded;

    // Guarded by _gate: once true the group's number may belong to somebody else.
    private bool _isReaped;

    private SupervisedProcess(int pid, Descriptor pidFd, ChildStreams streams, Action onDeath, Action onEnded)
    {
        Pid = pid;
        _pidFd = pidFd;
        _streams = streams;
        _onDeath = onDeath;
        _onEnded = onEnded;
    }

    public int Pid { get; }

    /// <summary>Readable when the process has ended; closed when it is reaped.</summary>
    public Descriptor PidFd => _pidFd;

    /// <summary>How it ended; set before either callback runs.</summary>
    public WaitStatus Status { get; private set; }

    /// <summary>The last signal we sent to the group, 0 for none.</summary>
    public int SentSignal { get; private set; }

    public bool IsReaped
    {
        get
        {
            lock (_gate)
            {
                return _isReaped;
            }
        }
    }

    /// <summary>Whether it stands still: every one of its threads is stopped by a signal.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_gate)
            {
                return !_isReaped && !_pidFd.IsInvalid && ProcessCalls.IsStopped(_pidFd);
            }
        }
    }

    /// <summary>Starts the process and watches it. On any failure nothing is left behind.</summary>
    /// <param name="name">The child's name, for errors.</param>
    /// <param name="request">What to start.</param>
    /// <param name="options">Processors and nice value.</param>
    /// <param name="streams">The child's standard streams.</param>
    /// <param name="onDeath">Called on the supervisor thread as soon as the process is reaped. Must be short.</param>
    /// <param name="onEnded">Called on the output thread when the last output is passed on as well. Must be short.</param>
    /// <exception cref="ChildStartException">The system refused.</exception>
    public static SupervisedProcess Start(string name, SpawnRequest request, ChildProcessOptions options, ChildStreams streams, Action onDeath, Action onEnded)
    {
        Spawned spawned;
        try
        {
            spawned = Spawner.Instance.Start(request, options.Affinity);
        }
        catch (SystemCallException refused)
        {
            throw new ChildStartException(name, refused.Call == ProcessCalls.PidFdCall ? "watching it" : "setting its processors", refused.Number, refused);
        }

        if (spawned.Errno != 0)
        {
            string place = request.WorkingDirectory is { } directory ? $" in '{directory}'" : string.Empty;
            throw new ChildStartException(name, $"starting '{request.FileName}'{place}", spawned.Errno);
        }

        CrashPoints.Hit(CrashPoint.ParentSpawned);
        (_, int pid, Descriptor? pidFd) = spawned;
        try
        {
            if (options.Nice != 0 && pidFd is not null)
            {
                ProcessCalls.SetNice(pid, Math.Clamp(ProcessCalls.GetNice(0) + options.Nice, -20, 19));
            }
        }
        catch (SystemCallException refused)
        {
            ProcessCalls.KillAndReap(pid);
            pidFd!.Dispose();
            throw new ChildStartException(name, $"the nice value {options.Nice}", refused.Number, refused);
        }

        Keeper.Instance.Add(pid);
        if (pidFd is null)
        {
            // Ended and reaped by the runtime (PID 1) before we could look.
            var gone = new SupervisedProcess(pid, new Descriptor(-1), streams, onDeath, onEnded);
            Supervisor.Deaths.Post(() => gone.OnDeath(0));
            return gone;
        }

        var process = new SupervisedProcess(pid, pidFd, streams, onDeath, onEnded);
        Living[pid] = process;
        _ = Supervisor.Deaths.Watch(pidFd, process.OnDeath);
        CrashPoints.Hit(CrashPoint.ParentWatching);
        return process;
    }

    /// <summary>Sends a signal to every process that is watched.</summary>
    public static void SignalAll(int signal)
    {
        foreach (SupervisedProcess process in Living.Values)
        {
            _ = process.Signal(signal);
        }
    }

    /// <summary>Sends a signal to the whole group; false when the process has ended.</summary>
    public bool Signal(int signal)
    {
        lock (_gate)
        {
            if (_isReaped)
            {
                return false;
            }

            SentSignal = signal is Signals.Continue or Signals.Stop ? SentSignal : signal;
            return ProcessCalls.SignalGroup(Pid, signal);
        }
    }

    private void OnDeath(long watch)
    {
        lock (_gate)
        {
            if (_isReaped)
            {
                return;
            }

            CrashPoints.Hit(CrashPoint.ParentReaping);
            _ = ProcessCalls.SignalGroup(Pid, Signals.Kill);
            _ = Living.TryRemove(new KeyValuePair<int, SupervisedProcess>(Pid, this));
            Keeper.Instance.Remove(Pid);

            // While its number is still its own.
            TreeMemory.Bury(Pid);
            ulong startTime = ProcessIdentity.ReadStartTime(Pid);
            Status = _pidFd.IsInvalid ? default : ProcessCalls.Reap(_pidFd) ?? default;
            _isReaped = true;
            if (Status.Signal != 0)
            {
                RuntimeFiles.Remove(Pid, startTime);
            }

            if (!_pidFd.IsInvalid)
            {
                Supervisor.Deaths.Forget(watch, _pidFd);
            }

            _pidFd.Dispose();
        }

        _onDeath();
        _streams.Drain();
        Supervisor.Output.Post(() =>
        {
            _streams.Finish();
            _onEnded();
        });
    }
}
