using System.Reflection;
using System.Runtime.ExceptionServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Processes.Spawning;

namespace Plait.Processes;

/// <summary>
/// One child from its start to its end: the process, its channel and its result. It has ended when three things are over:
/// the process is reaped with its last output passed on, everything it sent is read, and its start is finished.
/// </summary>
internal sealed class ChildRun : IChannelReader
{
    private readonly ChildProcess _child;
    private readonly Assembly _functionAssembly;
    private readonly Channel? _channel;
    private readonly Descriptor? _lifeline;
    private readonly Action _onExited;
    private readonly byte[] _hello;
    private readonly long _kernelKillsBefore = KernelMemoryKills.Read();
    private readonly Lock _resultGate = new();
    private readonly List<CancellationTokenRegistration> _tokens = [];

    // The call's encoded body; dropped once sent.
    private PayloadWriter? _call;
    private SupervisedProcess? _process;
    private MemoryWatchdog? _watchdog;
    private ITimer? _startTimer;
    private int _pendingEnds = 3;
    private volatile bool _isDead;
    private volatile bool _hasTimedOut;

    // Written by the dispatcher before _pendingEnds lets anybody read them.
    private MessageKind? _resultKind;
    private byte[] _resultBody = [];
    private bool _sawUnhandled;
    private string _channelError = string.Empty;

    // Guarded by _resultGate.
    private bool _isDecoded;
    private object? _value;
    private Exception? _exception;
    private ChildOutcome? _outcome;
    private bool _isReleased;

    public ChildRun(ChildProcess child, Channel? channel, ChildStreams streams, Descriptor? lifeline, byte[] hello, PayloadWriter? call, Action onExited)
    {
        _child = child;
        _functionAssembly = child.Work?.Function?.Method.Module.Assembly ?? child.GetType().Assembly;
        _channel = channel;
        Streams = streams;
        _lifeline = lifeline;
        _hello = hello;
        _call = call;
        _onExited = onExited;
    }

    public ChildStreams Streams { get; }

    public SupervisedProcess Process => _process!;

    public ByteRing Incoming => _channel!.Incoming;

    /// <summary>Whether the process has ended, be its last words still under way.</summary>
    public bool IsDead => _isDead;

    /// <summary>How it ended; only after it has.</summary>
    public ChildOutcome Outcome
    {
        get
        {
            lock (_resultGate)
            {
                return _outcome ??= Conclude_UnderLock();
            }
        }
    }

    public void Spawn(Func<SupervisedProcess> start) => _process = start();

    /// <summary>Second half of the start, once the child can be found by everybody: watch its channel, send it its work.</summary>
    public void Begin()
    {
        if (_channel is null)
        {
            EndOne();
        }
        else
        {
            _channel.EnterChild(Process.Pid);
            ChannelDispatcher.Add(this);
            _startTimer = _child.Options.StartTimeout == Timeout.InfiniteTimeSpan || IsDebugging
                ? null
                : TimeProvider.System.CreateTimer(static run => ((ChildRun)run!).OnStartTimeout(), this, _child.Options.StartTimeout, Timeout.InfiniteTimeSpan);
            SendWork(_channel);
        }

        if (_child.Options.MemoryLimit > 0)
        {
            _watchdog = new MemoryWatchdog(Process.Pid, _child.Options.MemoryLimit + MemoryWatchdog.RuntimeAllowance, () => Process.Signal(Signals.Kill));
        }

        EndOne();
    }

    public bool OnReadable()
    {
        try
        {
            // A child that never stops sending must not keep the dispatcher from its siblings.
            const int MostAtOnce = 64;
            for (int i = 0; i < MostAtOnce && _channel!.Messages.TryRead(); i++)
            {
                Take(_channel.Messages.Header, _channel.Messages.Body);
            }
        }
        catch (InvalidDataException nonsense)
        {
            // A child that writes nonsense is as good as dead: nothing more is believed.
            _channelError = nonsense.Message;
            Process.Signal(Signals.Kill);
            EndOne();
            return false;
        }

        if (!Incoming.IsClosed || Incoming.HasData)
        {
            return true;
        }

        EndOne();
        return false;
    }

    public void Cancel()
    {
        if (_lifeline is null)
        {
            throw new InvalidOperationException($"Child '{_child.Name}' is a foreign program and has no cancellation token; use Interrupt, Terminate or Kill.");
        }

        lock (_resultGate)
        {
            if (!_lifeline.IsClosed)
            {
                _ = _lifeline.Write([LifelineCommand.Cancel]);
            }
        }
    }

    /// <summary>Asks the child to end: SIGTERM, and SIGCONT so that a stopped one can.</summary>
    public void RequestEnd()
    {
        Process.Signal(Signals.Terminate);
        Process.Signal(Signals.Continue);
    }

    public object? TakeResult(Type type)
    {
        ThrowUnlessSuccessful();
        if (Outcome.Kind != ChildOutcomeKind.Returned)
        {
            // Environment.Exit(0): no failure, and yet no value.
            throw new ChildFailedException(Outcome);
        }

        lock (_resultGate)
        {
            if (!_isDecoded)
            {
                ObjectDisposedException.ThrowIf(_isReleased, _child);
                var reader = new PayloadReader(_resultBody, _channel!.Store);
                _value = NewResultCodec().Read(ref reader, type);
                _isDecoded = true;
                _resultBody = [];
            }

            return _value;
        }
    }

    public void ThrowUnlessSuccessful()
    {
        ChildOutcome outcome = Outcome;
        if (outcome.Kind == ChildOutcomeKind.Threw && outcome.Exception is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }

        if (!outcome.IsSuccess)
        {
            throw new ChildFailedException(outcome);
        }
    }

    /// <summary>Gives the channel's memory and the streams back; a result not asked for yet is lost.</summary>
    public void Release()
    {
        lock (_resultGate)
        {
            if (_isReleased)
            {
                return;
            }

            _outcome ??= Conclude_UnderLock();
            _isReleased = true;
            _channel?.Dispose();
            Streams.Dispose();
        }
    }

    private static bool IsDebugging => Environment.GetEnvironmentVariable(Bootstrap.WorkerBootstrap.DebuggerVariable) is { Length: > 0 };

    private void SendWork(Channel channel)
    {
        PayloadWriter call = _call!;
        _call = null;
        if (channel.Send(MessageKind.Hello, 0, _hello) && channel.Send(MessageKind.Call, 1, call.WrittenSpan))
        {
            CrashPoints.Hit(CrashPoint.ParentCalled);
        }

        foreach (CancellationToken token in call.Tokens ?? [])
        {
            _tokens.Add(token.UnsafeRegister(static run => ((ChildRun)run!).Cancel(), this));
        }

        call.Dispose();
    }

    private void OnStartTimeout()
    {
        lock (_resultGate)
        {
            // The channel is unmapped by Release, under the same lock.
            if (!_isReleased && !_isDead && _channel!.Phase == ChannelPhase.Spawned)
            {
                _hasTimedOut = true;
                Process.Signal(Signals.Kill);
            }
        }
    }

    /// <summary>On the supervisor thread: the process is reaped.</summary>
    public void OnDeath()
    {
        _isDead = true;
        _channel?.Close();
    }

    private void Take(FrameHeader header, ReadOnlySpan<byte> body)
    {
        switch ((MessageKind)header.Kind)
        {
            case MessageKind.Returned or MessageKind.Threw:
                _resultKind = (MessageKind)header.Kind;
                _resultBody = body.ToArray();
                CrashPoints.Hit(CrashPoint.ParentReceived);
                break;
            case MessageKind.Dying when _resultKind is null:
                _sawUnhandled = true;
                _resultBody = body.ToArray();
                break;
            default:
                break;
        }
    }

    /// <summary>One of the three things that must be over is.</summary>
    public void EndOne()
    {
        if (Interlocked.Decrement(ref _pendingEnds) != 0)
        {
            return;
        }

        _startTimer?.Dispose();
        _watchdog?.Dispose();
        foreach (CancellationTokenRegistration token in _tokens)
        {
            token.Unregister();
        }

        lock (_resultGate)
        {
            _lifeline?.Dispose();
        }

        _onExited();
    }

    private ValueCodec NewResultCodec() => new(CodecDirection.FromChild, [.. _child.Options.Codecs]);

    private ChildOutcome Conclude_UnderLock()
    {
        if (_resultKind == MessageKind.Threw || (_sawUnhandled && _resultKind is null))
        {
            _exception = DecodeException();
        }

        return new Postmortem
        {
            Name = _child.Name,
            Process = Process,
            Streams = Streams,
            Channel = _channel,
            Watchdog = _watchdog,
            KernelKillsBefore = _kernelKillsBefore,
            HasReturned = _resultKind is null ? null : _resultKind == MessageKind.Returned,
            SawUnhandled = _sawUnhandled,
            StartTimedOut = _hasTimedOut,
            ChannelError = _channelError,
            Exception = _exception,
        }.Conclude();
    }

    private Exception DecodeException()
    {
        var reader = new PayloadReader(_resultBody, _channel!.Store);

        // The child's bytes choose a type only inside the assembly of the function itself.
        return ExceptionCodec.Read(ref reader, ExceptionTypes.In(_functionAssembly));
    }
}
