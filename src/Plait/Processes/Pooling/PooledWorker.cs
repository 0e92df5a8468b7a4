using System.Buffers.Binary;
using System.Numerics;
using Plait.Codecs;
using Plait.Execution;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Processes.Spawning;
using Plait.Processes.Workers;

namespace Plait.Processes.Pooling;

/// <summary>
/// One worker process of a pool, from its start to its end: its channel, the calls in it, and its clock. The members marked
/// so are guarded by the pool's gate; a dispatcher thread reads the channel without it.
/// </summary>
internal sealed partial class PooledWorker : IChannelReader
{
    // More than the calls that can be sent ahead at once: the deepest window.
    private const int LeastSlots = 1024;

    private readonly WorkerPool _pool;
    private readonly Descriptor _lifeline;
    private readonly ChildStreams _streams;
    private readonly SupervisedProcess _process;
    private readonly MemoryWatchdog? _watchdog;
    private readonly long _kernelKillsBefore = KernelMemoryKills.Read();

    // What the worker logs while it runs no call.
    private readonly ReportQueue _beside = new();

    private ChannelDispatcher? _dispatcher;
    private long _deadline = MonotonicClock.Never;
    private int _pendingEnds = 2;

    // The worker itself, and each result that is still to be decoded: whoever drops the last unmaps the channel.
    private int _uses = 1;
    private bool _expectsMore;
    private string _channelError = string.Empty;

    // Nanoseconds, written by the dispatcher only: in the initializer, and in functions that have ended.
    private long _initializing;
    private long _working;
    private bool _sawUnhandled;

    public PooledWorker(WorkerPool pool, int id)
    {
        _pool = pool;
        Id = id;
        Name = $"{pool.Name}-{id}";
        Threads = pool.TasksAtOnce;
        ChildProcessOptions options = pool.Options.Worker;
        int lanes = pool.IsShared ? (int)BitOperations.RoundUpToPowerOf2((uint)pool.TasksAtOnce * 2) : 1;
        _calls = new PooledCall?[Math.Max(lanes, lanes == 1 ? LeastSlots : 1)];
        WorkerStart start = WorkerStart.Open(Name, options, lanes);
        try
        {
            Channel = start.Channel;
            _lifeline = start.Lifeline;
            _streams = start.Streams;
            byte[] hello = start.EncodeHello(
                id, pool.ProcessorShare, pool.Shape.Leftovers, pool.TasksAtOnce, pool.Options.WorkerLogged is null ? WorkerLogLevel.None : pool.Options.WorkerLogLevel);
            _process = start.Spawn(Channel.Close, EndOne);
            start.CloseChildSide();
            Channel.EnterChild(_process.Pid);
            _ = Channel.Send(MessageKind.Hello, 0, hello);
        }
        catch
        {
            start.Abandon();
            throw;
        }

        StartedAt = MonotonicClock.Now;
        StartDeadline = MonotonicClock.After(options.StartTimeout);
        _deadline = StartDeadline;
        if (options.MemoryLimit > 0)
        {
            _watchdog = new MemoryWatchdog(Pid, options.MemoryLimit + MemoryWatchdog.RuntimeAllowance, () => _process.Signal(Signals.Kill));
        }
    }

    public int Id { get; }

    public string Name { get; }

    public Channel Channel { get; }

    public int Pid => _process.Pid;

    public long StartedAt { get; }

    public ByteRing Incoming => Channel.Incoming;

    public long Deadline => Volatile.Read(ref _deadline);

    // Guarded by the pool's gate, to the end of the block.
    public WorkerState State { get; set; } = WorkerState.Starting;

    public bool IsSpare { get; set; }

    public bool IsReady { get; set; }

    /// <summary>Its process has ended, and the pool has dealt with its calls.</summary>
    public bool IsGone { get; set; }

    /// <summary>It was sent tasks, and has ended by itself without beginning any.</summary>
    public bool WasUseless { get; set; }

    /// <summary>Why it is to end; null while it is wanted.</summary>
    public WorkerEventKind? Ending { get; set; }

    /// <summary>Why <see cref="Ending"/>, in words.</summary>
    public string EndingReason { get; set; } = string.Empty;

    /// <summary>Calls sent whose end is not accounted for.</summary>
    public int Outstanding { get; set; }

    /// <summary>The number of the last call sent. A withdrawal takes it back to the last one claimed.</summary>
    public long LastSent { get; set; }

    public int KnownDefinitions { get; set; }

    /// <summary>How many calls may be under way: 1 until its calls are known to be short.</summary>
    public int Window { get; set; } = 1;

    /// <summary>For how many calls at once the system gives it threads.</summary>
    public int Threads { get; set; }

    public double MeanNanoseconds { get; set; }

    public long BusySeen { get; set; }

    public long TasksDone { get; set; }

    /// <summary>Its part in the slices; null while it has none.</summary>
    public SlicedRun? Run { get; set; }

    /// <summary>For how long it was stopped while it had the call that it has now, or had last.</summary>
    public PausedTime Paused;

    /// <summary>What has ended of what a policy knows, and how many nanoseconds it ran, until the policy is told. Not guarded: of the dispatcher alone.</summary>
    public List<(PooledEntry Entry, long Ran)> RunsEnded { get; } = [];

    /// <summary>Tasks whose end has arrived and is not accounted for. Not guarded: counted by the dispatcher, before the future ends.</summary>
    public int TasksEnded { get; set; }

    public long IdleSince { get; set; }

    /// <summary>Whether the pool's list of idle workers has it, be it idle or not by now.</summary>
    public bool IsListedIdle { get; set; }

    /// <summary>An exclusive call is under way, or a big one is being copied: nothing else may be sent.</summary>
    public bool IsReserved { get; set; }

    /// <summary>The calls that are to stop, and at which step that is.</summary>
    public List<CallStop> Stops { get; } = [];

    /// <summary>What stands in the places of calls that were given up: their functions did not stop in time, and go on.</summary>
    public List<AbandonedCall> Abandoned { get; } = [];

    /// <summary>It runs an initializer; set to the error when that failed.</summary>
    public Exception? StartError { get; set; }

    public bool HasStartTimedOut { get; set; }

    public long StartDeadline { get; set; } = MonotonicClock.Never;

    public long TaskDeadline { get; set; } = MonotonicClock.Never;

    public long StealDeadline { get; set; } = MonotonicClock.Never;

    public long ExitDeadline { get; set; } = MonotonicClock.Never;

    public long SliceDeadline { get; set; } = MonotonicClock.Never;

    public long MemoryDeadline { get; set; } = MonotonicClock.Never;

    /// <summary>Its resident bytes when it was sent the call that has a memory limit.</summary>
    public long MemoryBefore { get; set; }

    /// <summary>What it ran when it died, as far as that is not settled yet.</summary>
    public List<PooledCall> Culprits { get; } = [];

    public long MemorySeenAt { get; set; }

    /// <summary>When it could run its first task; <see cref="MonotonicClock.Never"/> before.</summary>
    public long ReadyAt { get; set; } = MonotonicClock.Never;

    /// <summary>Begins to listen. The pool can find the worker by now.</summary>
    public void Listen()
    {
        _dispatcher = ChannelDispatcher.Add(this);
        _dispatcher.Hurry(Deadline);
    }

    /// <summary>Recomputes when the clock is next needed. Under the gate.</summary>
    public void SetDeadline()
    {
        long deadline = Math.Min(Math.Min(Math.Min(StartDeadline, TaskDeadline), Math.Min(SliceDeadline, MemoryDeadline)), Math.Min(StealDeadline, ExitDeadline));
        foreach (CallStop stop in Stops)
        {
            deadline = Math.Min(deadline, stop.Deadline);
        }

        Volatile.Write(ref _deadline, deadline);
        _dispatcher?.Hurry(deadline);
    }

    public void Signal(int signal) => _process.Signal(signal);

    /// <summary>Whether its process stands still, with all its threads.</summary>
    public bool IsStopped => _process.IsStopped;

    /// <summary>Asks the function of one call to stop, by its token.</summary>
    public void CancelCall(PooledCall call)
    {
        Span<byte> command = stackalloc byte[1 + sizeof(long)];
        command[0] = LifelineCommand.CancelCall;
        BinaryPrimitives.WriteInt64LittleEndian(command[1..], call.Claim);
        if (!_lifeline.IsClosed)
        {
            _ = _lifeline.Write(command);
        }
    }

    public bool TakeExpectation()
    {
        bool expects = _expectsMore;
        _expectsMore = false;
        return expects;
    }

    public bool OnReadable()
    {
        // One worker that never stops sending must not keep the dispatcher from the others.
        const int MostAtOnce = 256;
        int ended = 0;
        bool isReady = false;
        try
        {
            for (int i = 0; i < MostAtOnce && Channel.Messages.TryRead(); i++)
            {
                Take(ref ended, ref isReady);
            }
        }
        catch (InvalidDataException nonsense)
        {
            // A worker that writes nonsense is as good as dead: nothing more of it is believed.
            _channelError = nonsense.Message;
            _process.Signal(Signals.Kill);
            Leave(ended);
            return false;
        }

        if (Incoming.IsClosed && !Incoming.HasData)
        {
            Leave(ended);
            return false;
        }

        int left = _pool.OnDrained(this, ended, isReady);
        _expectsMore = ended > 0 && left > 1;
        return true;
    }

    public void OnDeadline() => _pool.OnDeadline(this);

    /// <summary>One of the two things that must be over before its end can be told: its messages read, its process reaped with its last output.</summary>
    public void EndOne()
    {
        if (Interlocked.Decrement(ref _pendingEnds) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static worker => worker._pool.OnEnded(worker), this, preferLocal: false);
        }
    }

    public ChildOutcome Conclude() => new Postmortem
    {
        Name = Name,
        Process = _process,
        Streams = _streams,
        Channel = Channel,
        Watchdog = _watchdog,
        KernelKillsBefore = _kernelKillsBefore,
        SawUnhandled = _sawUnhandled,
        StartTimedOut = HasStartTimedOut,
        ChannelError = _channelError,
    }.Conclude();

    public void AddUse() => Interlocked.Increment(ref _uses);

    public void DropUse()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            _watchdog?.Dispose();
            _lifeline.Dispose();
            _streams.Dispose();
            Channel.Dispose();
        }
    }

    /// <summary>Where its time went until <paramref name="now"/>. Under the gate.</summary>
    public WorkerTimes TimesAt(long now)
    {
        long initializing = Volatile.Read(ref _initializing);
        long working = Volatile.Read(ref _working);
        long encoding = Volatile.Read(ref Channel.State.EncodeTime);

        // What runs now is work as well; it is seen a moment before or after its end is.
        foreach (PooledCall running in CallsBegun())
        {
            working += running.IsTask ? Math.Max(0, now - Volatile.Read(ref Channel.WordsOf(running.Number).StartedAt)) : 0;
        }

        return new WorkerTimes
        {
            Tasks = TasksDone + TasksEnded,
            Starting = Math.Min(ReadyAt, now) - StartedAt - initializing,
            Initializing = initializing,
            Working = working,
            Encoding = encoding,
            Waiting = Math.Max(0, now - Math.Min(ReadyAt, now) - working - encoding),
        };
    }

    /// <summary>What it was at when it ended has taken so long. By the dispatcher, like every count of time.</summary>
    public void CountTime(PooledCall call, long nanoseconds)
    {
        if (!call.IsTask)
        {
            Volatile.Write(ref _initializing, _initializing + nanoseconds);
            return;
        }

        Volatile.Write(ref _working, _working + nanoseconds);
        if (_pool.Slowest.IsAmong(nanoseconds))
        {
            _pool.Slowest.Add(nanoseconds, call.NameOfRun, Name);
        }
    }

    /// <summary>A report of the worker is dealt with, delivered or not: it may send another.</summary>
    public unsafe void TakeReport()
    {
        ref ChannelState state = ref Channel.State;

        // Also a full fence between the count and the look for sleepers: pairs with the one in ReportGate.
        Interlocked.Increment(ref state.ReportsTaken);
        if (Volatile.Read(ref state.ReportsWaiting) != 0)
        {
            Volatile.Write(ref state.ReportsWaiting, 0);
            fixed (uint* taken = &state.ReportsTaken)
            {
                Futex.Wake(taken, int.MaxValue);
            }
        }
    }

    // What comes after a call's end, from a thread that it left running, is for nobody; nor is what one that was given up goes on to report.
    private void OnReport(long number, ReadOnlySpan<byte> body)
    {
        if (CallAt(number) is not { } call || call is AbandonedCall)
        {
            TakeReport();
            return;
        }

        var reader = new PayloadReader(body);
        int place = reader.ReadCount();
        if (call.Reports is not { } reports || place >= reports.Receivers.Count)
        {
            throw new InvalidDataException($"It reported to number {place} of task '{call.Name}', which has none with this number.");
        }

        reports.Add(new ProgressReport(call, this, reports.Receivers[place], body[reader.Position..].ToArray()));
    }

    private void Leave(int ended)
    {
        _ = _pool.OnDrained(this, ended, isReady: false);
        _pool.OnGone(this);
        EndOne();
    }

    private void Take(ref int ended, ref bool isReady)
    {
        FrameHeader header = Channel.Messages.Header;
        ReadOnlySpan<byte> body = Channel.Messages.Body;
        switch ((MessageKind)header.Kind)
        {
            case MessageKind.Returned or MessageKind.Threw:
                PooledCall call = RemoveCall(header.Call) ?? throw new InvalidDataException($"It answered call {header.Call}, which it does not have.");
                CrashPoints.Hit(CrashPoint.ParentReceived);
                ended++;
                TasksEnded += call.IsTask ? 1 : 0;
                var reader = new PayloadReader(body);
                long nanoseconds = (long)Math.Min(reader.ReadVarint(), long.MaxValue);
                if (call.Trace is { IsWatched: true } trace)
                {
                    trace.Note(reader.ReadInt64(), nanoseconds, Name, Pid);
                }

                CountTime(call, nanoseconds);
                if (call.Entry is { } entry)
                {
                    // Its entry of this attempt: once its end is told it may have another.
                    RunsEnded.Add((entry, nanoseconds));
                }

                _pool.OnResult(this, call, (MessageKind)header.Kind, body[reader.Position..]);
                break;
            case MessageKind.Items:
                CallAt(header.Call)?.OnItems(body, Channel);
                break;
            case MessageKind.Progress:
                OnReport(header.Call, body);
                break;
            case MessageKind.Log:
                PooledCall? within = CallAt(header.Call);
                (within?.ReportsOrNew ?? _beside).Add(new LogReport(_pool, this, within?.Name, body.ToArray()));
                break;
            case MessageKind.Ready:
                isReady = true;
                break;
            case MessageKind.Threads:
                _pool.OnThreads(this, header.Call);
                break;
            case MessageKind.Dying:
                _sawUnhandled = true;
                break;
            default:
                break;
        }
    }
}
