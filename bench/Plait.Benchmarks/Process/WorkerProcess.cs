using System.Runtime.ExceptionServices;
using Plait.Interop;
using Plait.Processes;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Processes.Spawning;
using Plait.Processes.Workers;

namespace Plait.Benchmarks.Process;

/// <summary>
/// A process that stays and runs one function after another, with nothing of a pool around it: the cost of the channel itself. A call's answer is read by the
/// calling thread itself, straight from the ring, so a warm call costs two wake-ups and no hop between threads.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly string _name;
    private readonly Lock _callGate = new();
    private readonly ManualResetEventSlim _ended = new(initialState: false);
    private readonly FunctionTable _functions = new();
    private readonly ValueCodec _arguments;
    private readonly ValueCodec _results;
    private readonly PayloadWriter _writer;
    private readonly Channel _channel;
    private readonly Descriptor _lifeline;
    private readonly ChildStreams _streams;
    private readonly SupervisedProcess _process;
    private long _lastCall;

    private WorkerProcess(string name, ChildProcessOptions options)
    {
        _name = name;
        WorkerStart start = WorkerStart.Open(name, options);
        try
        {
            _channel = start.Channel;
            _lifeline = start.Lifeline;
            _streams = start.Streams;
            _arguments = new ValueCodec(CodecDirection.ToChild, [.. options.Codecs]);
            _results = new ValueCodec(CodecDirection.FromChild, [.. options.Codecs]);
            _writer = new PayloadWriter(_channel.Store);
            byte[] hello = start.EncodeHello(workerId: 0, ChildProcess.Current.ProcessorShare, LeftoverPolicy.Keep, tasksAtOnce: 1);
            _process = start.Spawn(_channel.Close, _ended.Set);
            start.CloseChildSide();
            _channel.EnterChild(_process.Pid);
            _ = _channel.Send(MessageKind.Hello, 0, hello);
        }
        catch
        {
            start.Abandon();
            throw;
        }
    }

    public int Pid => _process.Pid;

    /// <summary>Starts a worker; it boots while the caller goes on.</summary>
    /// <exception cref="ChildStartException">The system refused.</exception>
    public static WorkerProcess Start(string name, ChildProcessOptions? options = null)
    {
        ChildLauncher.ThrowIfMisplaced();
        return new WorkerProcess(name, options?.Copy() ?? new ChildProcessOptions());
    }

    /// <summary>Runs the function in the worker and blocks for its value.</summary>
    public TResult Invoke<TResult>(Func<TResult> function) => (TResult)Call(function, [], typeof(TResult))!;

    /// <summary>Runs the function in the worker and blocks for its value.</summary>
    public TResult Invoke<T, TResult>(Func<T, TResult> function, T argument) => (TResult)Call(function, [argument], typeof(TResult))!;

    public void Kill() => _process.Signal(Signals.Kill);

    /// <summary>Blocks until the process is reaped.</summary>
    public void Join() => _ended.Wait();

    /// <summary>Ends the views that results gave out, so that their blocks can be used again.</summary>
    public void ReleaseBorrowed() => _channel.Store.ReleaseBorrowed();

    public void Dispose()
    {
        _ = _channel.Send(MessageKind.Exit, 0, []);
        if (!_ended.Wait(TimeSpan.FromSeconds(2)))
        {
            Kill();
            _ended.Wait();
        }

        lock (_callGate)
        {
            _lifeline.Dispose();
            _streams.Dispose();
            _writer.Dispose();
            _channel.Dispose();
            _ended.Dispose();
        }
    }

    private object? Call(Delegate function, ReadOnlySpan<object?> arguments, Type resultType)
    {
        lock (_callGate)
        {
            long call = ++_lastCall;
            _writer.Clear();
            try
            {
                CallBody.WriteFunction(_writer, function, arguments, _arguments, _functions);
                _functions.Commit();
            }
            catch
            {
                _functions.Rollback();
                _writer.Abandon();
                throw;
            }

            if (!_channel.Send(MessageKind.Call, call, _writer.WrittenSpan) || !_channel.Receive(MonotonicClock.Never))
            {
                throw Died();
            }

            var reader = new PayloadReader(_channel.Messages.Body, _channel.Store);
            if ((MessageKind)_channel.Messages.Header.Kind == MessageKind.Threw)
            {
                ExceptionDispatchInfo.Throw(ExceptionCodec.Read(ref reader, ExceptionTypes.In(function.Method.Module.Assembly)));
            }

            return _results.Read(ref reader, resultType);
        }
    }

    private ChildFailedException Died()
    {
        _ended.Wait();
        return new ChildFailedException(new Postmortem { Name = _name, Process = _process, Streams = _streams, Channel = _channel }.Conclude());
    }
}
