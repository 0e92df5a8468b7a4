using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Processes.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// Takes calls from the channel and runs them, one after another, on the process's main thread. A call is claimed before it
/// begins, so that the parent can take back what it has sent ahead (docs/design/worker-protocol.md, "Claims").
/// </summary>
internal sealed class WorkerLoop
{
    private readonly Channel _channel;
    private readonly Hello _hello;
    private readonly ValueCodec _arguments;
    private readonly ValueCodec _results;
    private readonly PayloadWriter _writer;
    private readonly FunctionTable _functions = new();
    private readonly CallContext _context;
    private readonly Leftovers? _leftovers;

    public WorkerLoop(Channel channel, Hello hello)
    {
        _channel = channel;
        _hello = hello;
        _arguments = new ValueCodec(CodecDirection.ToChild, hello.Codecs) { CancellationSource = static () => WorkerBootstrap.Current.Cancellation };
        _results = new ValueCodec(CodecDirection.FromChild, hello.Codecs);
        _writer = new PayloadWriter(channel.Store);
        _context = new CallContext(channel, _results);
        CallContext.Current = _context;
        _leftovers = hello.Leftovers == LeftoverPolicy.Keep ? null : new Leftovers(seesThreads: hello.Leftovers == LeftoverPolicy.Recycle);
    }

    /// <summary>
    /// Takes calls of our own through what every call passes, short of the channel: types are loaded, stubs bound and the
    /// compiler is started before a spare says that it is ready, not while somebody waits for its first task.
    /// </summary>
    public void WarmUp()
    {
        WarmUp(static number => number, 1);
        WarmUp(static text => text, "");
    }

    /// <summary>Returns when there is nothing more to do: true when the last function returned.</summary>
    public bool Run()
    {
        bool hasReturned = true;
        while (_channel.Receive(MonotonicClock.Never))
        {
            FrameHeader header = _channel.Messages.Header;
            switch ((MessageKind)header.Kind)
            {
                case MessageKind.Call:
                    hasReturned = RunCall((ulong)header.Call, _channel.Messages.Body) ?? hasReturned;
                    break;
                case MessageKind.StoredCall:
                    hasReturned = RunStoredCall((ulong)header.Call, _channel.Messages.Body) ?? hasReturned;
                    break;
                case MessageKind.Define:
                    _functions.Define(_channel.Messages.Body);
                    break;
                default:
                    return hasReturned;
            }

            if (_hello.IsOneShot)
            {
                break;
            }
        }

        return hasReturned;
    }

    private void WarmUp<T>(Func<T, T> function, T argument)
    {
        CallBody.WriteOwn(_writer, function, argument, _arguments);
        byte[] call = _writer.WrittenSpan.ToArray();
        _writer.Clear();
        var reader = new PayloadReader(call, _channel.Store);
        ReceivedCall received = CallBody.Read(ref reader, _arguments, _functions);
        object? value = Wait(received.Run());
        _results.Write(_writer, value, received.ResultType!, "the result");
        _writer.Clear();
        _ = _leftovers?.Reset(Leftovers.ShortestThreadStart);
    }

    /// <summary>Makes the call ours, unless the parent has taken it back. Also the fence that puts the time of its start before it.</summary>
    private bool TryClaim(ulong claim)
    {
        ref ChannelState state = ref _channel.State;
        ulong before = Volatile.Read(ref state.Claim);
        const ulong Withdrawals = ~ChannelState.NumberMask;
        if (((before ^ claim) & Withdrawals) != 0 || claim <= before)
        {
            return false;
        }

        Volatile.Write(ref state.StartedAt, MonotonicClock.Now);
        return Interlocked.CompareExchange(ref state.Claim, claim, before) == before;
    }

    private bool? RunStoredCall(ulong claim, ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var reference = new BulkReference((long)reader.ReadVarint(), (long)reader.ReadVarint());
        using System.Buffers.IMemoryOwner<byte> block = _channel.Store.Borrow(reference);
        return RunCall(claim, block.Memory.Span);
    }

    /// <summary>Null when the call was taken back.</summary>
    private bool? RunCall(ulong claim, ReadOnlySpan<byte> body)
    {
        CrashPoints.Hit(CrashPoint.CallReceived);
        if (!TryClaim(claim))
        {
            return null;
        }

        long call = (long)(claim & ChannelState.NumberMask);
        CrashPoints.Hit(CrashPoint.CallClaimed);
        ref ChannelState state = ref _channel.State;
        state.Call = call;
        _context.Call = call;
        WorkerBootstrap.Current.BeginCall((long)claim);
        MessageKind kind = MessageKind.Returned;
        long began = 0;
        long ended = 0;
        try
        {
            var reader = new PayloadReader(body, _channel.Store);
            ReceivedCall received = CallBody.Read(ref reader, _arguments, _functions);
            if (received.Kind != CallKind.Setup && WorkerBootstrap.WorkerContext is { } worker)
            {
                worker.TaskNumber++;
            }

            CrashPoints.Hit(CrashPoint.FunctionStarting);
            _channel.Phase = ChannelPhase.Started;
            began = MonotonicClock.Now;
            object? value = Wait(received.Run());
            if (received.Kind == CallKind.Stream)
            {
                Wait(StreamBody.Send(_context, value, received.ResultType!));
            }

            ended = MonotonicClock.Now;
            CrashPoints.Hit(CrashPoint.FunctionReturned);
            if (received is { Kind: not CallKind.Stream, ResultType: { } type })
            {
                _results.Write(_writer, value, type, "the result");
            }
        }
        catch (Exception error)
        {
            // Everything a user's function throws ends here and goes to the parent.
            kind = MessageKind.Threw;
            WriteException(error);
        }

        CrashPoints.Hit(CrashPoint.ResultEncoded);
        Finish(ref state, began, ended == 0 ? MonotonicClock.Now : ended);
        _ = _channel.Send(kind, call, _writer.WrittenSpan);
        CrashPoints.Hit(CrashPoint.ResultSent);
        _channel.Store.ReleaseBorrowed();
        _writer.Clear();
        _channel.Phase = ChannelPhase.Finished;
        CrashPoints.Hit(CrashPoint.ChildFinished);
        return kind == MessageKind.Returned;
    }

    /// <summary>Before the result is sent, so that the parent finds it written when the result arrives.</summary>
    private void Finish(ref ChannelState state, long began, long ended)
    {
        Volatile.Write(ref state.BusyTime, state.BusyTime + ended - state.StartedAt);
        if (_leftovers?.Reset(ended - began) is not null && _hello.Leftovers == LeftoverPolicy.Recycle)
        {
            Volatile.Write(ref state.Unfit, 1);
        }
    }

    // This is the process's main thread: it has nothing to do until the function is over, async or not.
    private static object? Wait(ValueTask<object?> running) =>
        running.IsCompletedSuccessfully ? running.Result : running.AsTask().GetAwaiter().GetResult();

    private static void Wait(ValueTask running)
    {
        if (!running.IsCompletedSuccessfully)
        {
            running.AsTask().GetAwaiter().GetResult();
        }
    }

    private void WriteException(Exception error)
    {
        if (error is OutOfMemoryException)
        {
            _channel.State.OutOfMemory = 1;
        }

        if (_hello.PrintsExceptions)
        {
            StandardStreams.Write(2, System.Text.Encoding.UTF8.GetBytes($"Child '{_hello.Name}' (pid {Environment.ProcessId}) threw:\n{TextOf(error)}\n"));
        }

        _context.Abandon();
        _writer.Abandon();
        ExceptionCodec.Write(_writer, error);
    }

    // ToString is the user's own: an exception that cannot be printed must arrive all the same.
    private static string TextOf(Exception error)
    {
        try
        {
            return error.ToString();
        }
        catch (Exception spoilt)
        {
            return $"{error.GetType()} (its ToString threw {spoilt.GetType()})";
        }
    }
}
