using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>Runs calls on one thread of a worker, one after another, and sends what comes of each.</summary>
internal sealed class CallRunner
{
    private readonly Channel _channel;
    private readonly Hello _hello;
    private readonly ArenaBulkStore _store;
    private readonly ValueCodec _arguments;
    private readonly ValueCodec _results;
    private readonly PayloadWriter _writer;
    private readonly FunctionTable _functions;
    private readonly CallContext _context;
    private readonly Leftovers? _leftovers;

    /// <summary>To be made on the thread that runs the calls.</summary>
    /// <param name="channel">Where results go.</param>
    /// <param name="hello">How the worker is to be.</param>
    /// <param name="functions">What the parent has defined, for all runners of the process.</param>
    /// <param name="store">Views of bulk space that end with this runner's calls.</param>
    /// <param name="reports">The way of reports, for all runners of the process.</param>
    public CallRunner(Channel channel, Hello hello, FunctionTable functions, ArenaBulkStore store, ReportGate reports)
    {
        _channel = channel;
        _hello = hello;
        _functions = functions;
        _store = store;
        _arguments = new ValueCodec(CodecDirection.ToChild, hello.Codecs)
        {
            CancellationSource = static () => WorkerBootstrap.Current.Cancellation,
            ReportSink = () => new CallReporter(reports, CallContext.Current!.Call),
        };
        _results = new ValueCodec(CodecDirection.FromChild, hello.Codecs);
        _writer = new PayloadWriter(store);
        _context = new CallContext(channel, store, _results);
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

    /// <summary>
    /// Makes the call the process's, unless the parent has taken it back. Also the fence that puts the time of its start before it. The call's token
    /// is made here, by who receives: tokens begin in the order of calls, or a cancellation would be taken for one of a call that is over.
    /// </summary>
    public static bool TryClaim(Channel channel, CallTokens tokens, ulong claim)
    {
        CrashPoints.Hit(CrashPoint.CallReceived);
        ref ChannelState state = ref channel.State;
        ulong before = Volatile.Read(ref state.Claim);
        const ulong Withdrawals = ~ChannelState.NumberMask;
        if (((before ^ claim) & Withdrawals) != 0 || claim <= before)
        {
            return false;
        }

        Volatile.Write(ref channel.WordsOf((long)(claim & ChannelState.NumberMask)).StartedAt, MonotonicClock.Now);
        if (Interlocked.CompareExchange(ref state.Claim, claim, before) != before)
        {
            return false;
        }

        tokens.Begin((long)claim);
        return true;
    }

    /// <summary>A view of the body of a call that came through bulk space.</summary>
    public static System.Buffers.IMemoryOwner<byte> BorrowStored(ArenaBulkStore store, ReadOnlySpan<byte> message)
    {
        var reader = new PayloadReader(message);
        return store.Borrow(new BulkReference((long)reader.ReadVarint(), (long)reader.ReadVarint()));
    }

    /// <summary>Runs a call that this thread has claimed. True when its function returned.</summary>
    public bool Run(ulong claim, ReadOnlySpan<byte> body)
    {
        long call = (long)(claim & ChannelState.NumberMask);
        CrashPoints.Hit(CrashPoint.CallClaimed);
        ref ChannelState state = ref _channel.State;
        state.Call = call;
        _context.Call = call;
        WorkerLog.Enter(call);
        MessageKind kind = MessageKind.Returned;
        long began = 0;
        long ended = 0;
        bool isTimed = body.Length > 0 && (body[0] & CallBody.TimedFlag) != 0;
        IDisposable? activity = null;
        try
        {
            var reader = new PayloadReader(body, _store);
            ReceivedCall received = CallBody.Read(ref reader, _arguments, _functions);
            if (received.Kind != CallKind.Setup && WorkerBootstrap.WorkerContext is { } worker)
            {
                worker.CountTask();
            }

            CrashPoints.Hit(CrashPoint.FunctionStarting);
            _channel.Phase = ChannelPhase.Started;
            activity = received.Trace?.Start();
            began = MonotonicClock.Now;
            object? value = Wait(received.Run());
            if (received.Kind == CallKind.Stream)
            {
                Wait(StreamBody.Send(_context, value, received.ResultType!));
            }

            ended = MonotonicClock.Now;
            CrashPoints.Hit(CrashPoint.FunctionReturned);
            WriteTime(began, ended, isTimed);
            if (received is { Kind: not CallKind.Stream, ResultType: { } type })
            {
                _results.Write(_writer, value, type, "the result");
            }
        }
        catch (Exception error)
        {
            // Everything a user's function throws ends here and goes to the parent.
            kind = MessageKind.Threw;
            ended = ended == 0 ? MonotonicClock.Now : ended;
            TraceContext.Fail(activity, error);
            WriteException(error, began == 0 ? ended : began, ended, isTimed);
        }

        activity?.Dispose();
        WorkerLog.Enter(0);
        CrashPoints.Hit(CrashPoint.ResultEncoded);
        Finish(ref state, call, began, ended);
        _ = _channel.Send(kind, call, _writer.WrittenSpan);
        CrashPoints.Hit(CrashPoint.ResultSent);
        _store.ReleaseBorrowed();
        _writer.Clear();
        WorkerBootstrap.Current.Tokens.End((long)claim);
        _channel.Phase = ChannelPhase.Finished;
        CrashPoints.Hit(CrashPoint.ChildFinished);
        return kind == MessageKind.Returned;
    }

    /// <summary>Before the result is sent, so that the parent finds it written when the result arrives.</summary>
    private void Finish(ref ChannelState state, long call, long began, long ended)
    {
        const int SmallResult = 256;
        long started = _channel.WordsOf(call).StartedAt;
        long encoded = _writer.WrittenCount > SmallResult ? MonotonicClock.Now - ended : 0;
        Interlocked.Add(ref state.EncodeTime, encoded + (began == 0 ? 0 : began - started));
        Interlocked.Add(ref state.BusyTime, ended - started);
        if (_leftovers?.Reset(ended - began) is not null && _hello.Leftovers == LeftoverPolicy.Recycle)
        {
            Volatile.Write(ref state.Unfit, 1);
        }
    }

    // This thread has nothing to do until the function is over, async or not.
    private static object? Wait(ValueTask<object?> running) =>
        running.IsCompletedSuccessfully ? running.Result : running.AsTask().GetAwaiter().GetResult();

    private static void Wait(ValueTask running)
    {
        if (!running.IsCompletedSuccessfully)
        {
            running.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>An end of a pool's call begins with the time that its function took.</summary>
    private void WriteTime(long began, long ended, bool isTimed)
    {
        if (_hello.WorkerId == 0)
        {
            return;
        }

        _writer.WriteVarint((ulong)Math.Max(0, ended - began));
        if (isTimed)
        {
            _writer.WriteInt64(began);
        }
    }

    private void WriteException(Exception error, long began, long ended, bool isTimed)
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
        WriteTime(began, ended, isTimed);
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

    private void WarmUp<T>(Func<T, T> function, T argument)
    {
        CallBody.WriteOwn(_writer, function, argument, _arguments);
        byte[] call = _writer.WrittenSpan.ToArray();
        _writer.Clear();
        var reader = new PayloadReader(call, _store);
        ReceivedCall received = CallBody.Read(ref reader, _arguments, _functions);
        object? value = Wait(received.Run());
        _results.Write(_writer, value, received.ResultType!, "the result");
        _writer.Clear();
        _ = _leftovers?.Reset(Leftovers.ShortestThreadStart);
    }
}
