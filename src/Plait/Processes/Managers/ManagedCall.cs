using System.ComponentModel;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>One call through a proxy, while it is written, sent and answered. Not for use in programs.</summary>
/// <remarks>Used by one caller at a time, and then by another: the buffers are kept.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ManagedCall
{
    private readonly ManagerClient _client;
    private readonly ClientExtension _extension;
    private readonly ValueCodec _arguments;
    private readonly ValueCodec _results;
    private TimeSpan? _timeout;

    internal ManagedCall(ManagerClient client)
    {
        _client = client;
        _extension = new ClientExtension(client);
        IReadOnlyList<IValueExtension?> extensions = ValueExtensions.With(ExtensionKind.Managed, _extension);
        _arguments = new ValueCodec(CodecDirection.ToChild, codecs: null, extensions);
        _results = new ValueCodec(CodecDirection.FromChild, codecs: null, extensions);
    }

    internal RequestKind Kind { get; private set; }

    internal long Number { get; private set; }

    /// <summary>Null for a request that concerns no contract.</summary>
    internal ManagedContract? Contract { get; private set; }

    internal long ObjectId { get; private set; }

    /// <summary>Keeps the object from being released while the call is under way.</summary>
    internal ManagedReference? Reference { get; private set; }

    internal int Method { get; private set; }

    /// <summary>A function among the arguments: it runs in the server, and may throw what its own assembly has.</summary>
    internal MethodInfo? Function { get; set; }

    /// <summary>What comes after the head of the frame.</summary>
    internal PayloadWriter Body { get; } = new();

    internal ValueCodec Arguments => _arguments;

    internal TimeSpan Timeout => _timeout ?? _client.DefaultTimeout;

    internal string Title => Kind switch
    {
        RequestKind.Call => Contract!.NameOf(Method),
        RequestKind.Create => $"The factory of {Contract!.Interface.Name}",
        _ => Kind.ToString(),
    };

    /// <summary>Writes the next argument.</summary>
    /// <typeparam name="T">Its declared type.</typeparam>
    /// <param name="value">The argument.</param>
    /// <param name="path">What it is, for the message of a refusal.</param>
    /// <exception cref="CannotTravelException">It cannot go to another process; nothing has been sent.</exception>
    public void Write<T>(T value, string path)
    {
        try
        {
            _arguments.Write(Body, value, typeof(T), path);
            if (value is Delegate function)
            {
                Function = function.Method;
            }
        }
        catch
        {
            _client.Return(this);
            throw;
        }
    }

    /// <summary>Sends the call and blocks until it is answered.</summary>
    public void Invoke() => _ = Exchange(typeof(void));

    /// <summary>Sends the call and blocks until it is answered.</summary>
    /// <typeparam name="T">The result's declared type.</typeparam>
    /// <returns>The result.</returns>
    public T Invoke<T>() => (T)Exchange(typeof(T))!;

    /// <summary>Sends the call.</summary>
    /// <returns>Completes with the answer; no thread waits for it.</returns>
    public Task InvokeTask() => ExchangeAsync<object?>(typeof(void));

    /// <summary>Sends the call.</summary>
    /// <typeparam name="T">The result's declared type.</typeparam>
    /// <returns>The result; no thread waits for it.</returns>
    public Task<T> InvokeTask<T>() => ExchangeAsync<T>(typeof(T));

    /// <summary>Sends the call.</summary>
    /// <returns>Completes with the answer; no thread waits for it.</returns>
    public ValueTask InvokeValueTask() => new(ExchangeAsync<object?>(typeof(void)));

    /// <summary>Sends the call.</summary>
    /// <typeparam name="T">The result's declared type.</typeparam>
    /// <returns>The result; no thread waits for it.</returns>
    public ValueTask<T> InvokeValueTask<T>() => new(ExchangeAsync<T>(typeof(T)));

    internal void Reset(RequestKind kind, long number, ManagedContract? contract = null)
    {
        Kind = kind;
        Number = number;
        Contract = contract;
        _timeout = null;
    }

    internal void Reset(long number, ManagedProxy proxy, int method)
    {
        Reset(RequestKind.Call, number, proxy.Contract);
        Reference = proxy.Reference;
        ObjectId = proxy.Reference.Id;
        Method = method;
        _timeout = proxy.CallTimeout;
    }

    /// <summary>As <see cref="Invoke()"/>, within a time of its own.</summary>
    internal void InvokeWithin(TimeSpan timeout)
    {
        _timeout = timeout;
        Invoke();
    }

    /// <summary>Forgets everything about the last call.</summary>
    internal void Clear()
    {
        Body.Clear();
        _extension.Clear();
        Contract = null;
        Function = null;
        Reference = null;
    }

    /// <summary>Sends, blocks for the answer and reads it. The call is over after that, whatever happened.</summary>
    internal object? Exchange(Type resultType, bool takes = false)
    {
        ManagerLane? lane = null;
        CancelRequest? cancellation = null;
        try
        {
            long deadline = MonotonicClock.After(Timeout);
            lane = _client.RentLane();
            cancellation = CancelRequest.For(_client, this);
            ReadOnlySpan<byte> frame = lane.Exchange(this, deadline, cancellation);
            return ReadReply(frame, resultType, cancellation?.Cancelled, takes);
        }
        finally
        {
            cancellation?.Dispose();
            _client.Return(lane);
            _client.Return(this);
        }
    }

    /// <summary>The answer to a request for an object: its number, which the server has counted for this process.</summary>
    internal long ExchangeForObject() => (long)Exchange(typeof(long), takes: true)!;

    /// <summary>Reads an answer: the result, or throws what was thrown.</summary>
    internal object? ReadReply(ReadOnlySpan<byte> frame, Type resultType, CancellationToken? cancelled, bool takes = false)
    {
        var head = new PayloadReader(frame);
        var kind = (ReplyKind)head.ReadByte();
        _ = head.ReadVarint();
        _extension.ReadGrants(ref head);
        try
        {
            var reader = new PayloadReader(frame[head.Position..]);
            if (kind == ReplyKind.Threw)
            {
                Exception error = ExceptionCodec.Read(ref reader, FindExceptionType);
                if (error is OperationCanceledException && cancelled is { } token)
                {
                    throw new OperationCanceledException(error.Message, error, token);
                }

                ExceptionDispatchInfo.Throw(error);
            }

            if (resultType == typeof(void))
            {
                return null;
            }

            object? result = _results.Read(ref reader, resultType);
            if (takes)
            {
                _extension.Take((long)result!);
            }

            return result;
        }
        finally
        {
            // What was granted and not read: released, or nobody ever would.
            _extension.ReleaseRest();
        }
    }

    private Type? FindExceptionType(string assembly, string name) =>
        (Contract?.ExceptionTypes ?? ExceptionTypes.In(typeof(ManagedCall).Assembly)).Invoke(assembly, name)
        ?? (Function is { } function ? ExceptionTypes.Of(function).Invoke(assembly, name) : null);

    private Task<T> ExchangeAsync<T>(Type resultType)
    {
        try
        {
            var pending = new PendingCall(_client, this, [Reference, .. _extension.Kept]);
            _client.Post(this, pending);
            return pending.FinishAsync<T>(resultType, Timeout);
        }
        finally
        {
            _client.Return(this);
        }
    }
}
