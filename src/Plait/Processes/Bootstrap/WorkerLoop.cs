using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Processes.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>Takes calls from the channel and runs them, one after another, on the process's main thread.</summary>
internal sealed class WorkerLoop
{
    private readonly Channel _channel;
    private readonly Hello _hello;
    private readonly ValueCodec _arguments;
    private readonly ValueCodec _results;
    private readonly PayloadWriter _writer;
    private readonly FunctionTable _functions = new();

    public WorkerLoop(Channel channel, Hello hello)
    {
        _channel = channel;
        _hello = hello;
        _arguments = new ValueCodec(CodecDirection.ToChild, hello.Codecs) { Cancellation = WorkerBootstrap.Current.Cancellation };
        _results = new ValueCodec(CodecDirection.FromChild, hello.Codecs);
        _writer = new PayloadWriter(channel.Store);
    }

    /// <summary>Returns when there is nothing more to do: true when the last function returned.</summary>
    public bool Run()
    {
        bool hasReturned = true;
        while (_channel.Receive(MonotonicClock.Never))
        {
            FrameHeader header = _channel.Messages.Header;
            if ((MessageKind)header.Kind != MessageKind.Call)
            {
                break;
            }

            hasReturned = RunCall(header.Call);
            if (_hello.IsOneShot)
            {
                break;
            }
        }

        return hasReturned;
    }

    private bool RunCall(long call)
    {
        _channel.State.Call = call;
        MessageKind kind = MessageKind.Returned;
        try
        {
            Func<ValueTask<object?>> function = Decode(out Type? resultType);
            CrashPoints.Hit(CrashPoint.FunctionStarting);
            _channel.Phase = ChannelPhase.Started;
            object? value = Wait(function());
            CrashPoints.Hit(CrashPoint.FunctionReturned);
            if (resultType is not null)
            {
                _results.Write(_writer, value, resultType, "the result");
            }
        }
        catch (Exception error)
        {
            // Everything a user's function throws ends here and goes to the parent.
            kind = MessageKind.Threw;
            WriteException(error);
        }

        CrashPoints.Hit(CrashPoint.ResultEncoded);
        _ = _channel.Send(kind, call, _writer.WrittenSpan);
        CrashPoints.Hit(CrashPoint.ResultSent);
        _channel.Store.ReleaseBorrowed();
        _writer.Clear();
        _channel.Phase = ChannelPhase.Finished;
        CrashPoints.Hit(CrashPoint.ChildFinished);
        return kind == MessageKind.Returned;
    }

    private Func<ValueTask<object?>> Decode(out Type? resultType)
    {
        var reader = new PayloadReader(_channel.Messages.Body, _channel.Store);
        (Func<ValueTask<object?>> run, resultType) = CallBody.Read(ref reader, _arguments, _functions);
        return run;
    }

    // This is the process's main thread: it has nothing to do until the function is over, async or not.
    private static object? Wait(ValueTask<object?> running) =>
        running.IsCompletedSuccessfully ? running.Result : running.AsTask().GetAwaiter().GetResult();

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
