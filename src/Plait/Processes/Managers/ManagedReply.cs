using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Plait.Codecs;

namespace Plait.Processes.Managers;

/// <summary>One call in the server: its arguments' codec, its token, and where its result goes. Not for use in programs.</summary>
/// <remarks>Used by one call at a time, and then by another.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ManagedReply
{
    private readonly ManagerServer _server;
    private readonly ServerExtension _extension;
    private readonly ValueCodec _results;
    private readonly PayloadWriter _head = new();
    private readonly PayloadWriter _body = new();
    private ClientRecord? _client;
    private long _number;
    private CancellationTokenSource? _cancellation;

    internal ManagedReply(ManagerServer server)
    {
        _server = server;
        _extension = new ServerExtension(server);
        IReadOnlyList<IValueExtension?> extensions = ValueExtensions.With(ExtensionKind.Managed, _extension);
        Arguments = new ValueCodec(CodecDirection.ToChild, codecs: null, extensions) { CancellationSource = Token };
        _results = new ValueCodec(CodecDirection.FromChild, codecs: null, extensions);
    }

    internal ValueCodec Arguments { get; }

    internal ReadOnlySpan<byte> Head => _head.WrittenSpan;

    internal ReadOnlySpan<byte> Body => _body.WrittenSpan;

    /// <summary>Whether it became an exception.</summary>
    internal bool Threw { get; private set; }

    /// <summary>Writes the result.</summary>
    /// <typeparam name="T">Its declared type.</typeparam>
    /// <param name="value">The result.</param>
    /// <param name="path">What it is, for the message of a refusal.</param>
    /// <exception cref="CannotTravelException">It cannot go to another process.</exception>
    public void Return<T>(T value, string path) => _results.Write(_body, value, typeof(T), path);

    /// <summary>Waits for a task.</summary>
    /// <param name="task">The task.</param>
    /// <returns>Completes with it.</returns>
    public ValueTask ReturnAsync(Task task) => new(task ?? throw NoTask());

    /// <summary>Waits for a task and writes its result.</summary>
    /// <typeparam name="T">The result's declared type.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="path">What the result is, for the message of a refusal.</param>
    /// <returns>Complete when it is written.</returns>
    public ValueTask ReturnAsync<T>(Task<T> task, string path) => ReturnAsync(new ValueTask<T>(task ?? throw NoTask()), path);

    /// <summary>Waits for a task.</summary>
    /// <param name="task">The task.</param>
    /// <returns>Completes with it.</returns>
    public ValueTask ReturnAsync(ValueTask task) => task;

    /// <summary>Waits for a task and writes its result.</summary>
    /// <typeparam name="T">The result's declared type.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="path">What the result is, for the message of a refusal.</param>
    /// <returns>Complete when it is written.</returns>
    public async ValueTask ReturnAsync<T>(ValueTask<T> task, string path) => Return(await task.ConfigureAwait(false), path);

    internal void Begin(ClientRecord client, long number)
    {
        _client = client;
        _number = number;
        _head.Clear();
        _body.Clear();
        _extension.Granted.Clear();
        _cancellation = null;
        Threw = false;
    }

    /// <summary>Writes a result that is an object of the manager itself, with the use that it comes with.</summary>
    internal void ReturnObject(ServedObject served)
    {
        _extension.Granted.Add(served);
        Return(served.Id, "the object's number");
    }

    internal void Throw(Exception error)
    {
        Revoke();
        _body.Clear();
        ExceptionCodec.Write(_body, error);
        Threw = true;
    }

    /// <summary>Completes the answer: the objects in it are the client's from now on.</summary>
    /// <returns>Their numbers; null for none.</returns>
    internal long[]? Seal()
    {
        _client!.EndCall(_number, _cancellation);
        _cancellation?.Dispose();
        _head.WriteByte((byte)(Threw ? ReplyKind.Threw : ReplyKind.Returned));
        _head.WriteVarint((ulong)_number);
        _head.WriteCount(_extension.Granted.Count);
        if (_extension.Granted.Count == 0)
        {
            return null;
        }

        long[] ids = new long[_extension.Granted.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = _extension.Granted[i].Id;
            _head.WriteVarint((ulong)ids[i]);
            _client.Grant(_extension.Granted[i]);
        }

        _extension.Granted.Clear();
        return ids;
    }

    private static InvalidOperationException NoTask() => new("The method returned null in place of a task.");

    private void Revoke()
    {
        foreach (ServedObject served in _extension.Granted)
        {
            _server.Objects.Unuse(served);
        }

        _extension.Granted.Clear();
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Disposed when the call is sealed.")]
    private CancellationToken Token()
    {
        if (_cancellation is null)
        {
            _cancellation = new CancellationTokenSource();
            _client!.BeginCall(_number, _cancellation);
        }

        return _cancellation.Token;
    }
}
