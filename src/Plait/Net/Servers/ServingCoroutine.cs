using System.Diagnostics.CodeAnalysis;
using Plait.Coroutines;
using Plait.Net.Engine;

namespace Plait.Net.Servers;

/// <summary>
/// Serves a connection of a loop to its end, as <see cref="ServerCore.ServeAsync"/> does. The handler is its own function: an async method around it would be a quarter of what an idle connection takes. And so one
/// that is killed before it begins, or given up with its loop, is counted and closed like any other.
/// </summary>
internal sealed class ServingCoroutine : Coroutine
{
    private readonly ServerCore _core;
    private readonly ServerWorker _worker;
    private readonly LoopConnection _connection;

    private ServingCoroutine(EventLoop loop, ServerCore core, ServerWorker worker, LoopConnection connection)
        : base(loop, core.Options.Tls is null ? () => core.Handler(connection) : () => core.ServeAsync(connection, worker), loop.NewId(), options: null)
    {
        (_core, _worker, _connection) = (core, worker, connection);

        // Its error is the server's to tell.
        Observe();
    }

    /// <summary>Serves a connection that has entered and been prepared. On the loop's thread.</summary>
    public static ServingCoroutine Start(EventLoop loop, ServerCore core, ServerWorker worker, LoopConnection connection)
    {
        var coroutine = new ServingCoroutine(loop, core, worker, connection);
        loop.Begin(coroutine);
        return coroutine;
    }

    private protected override void OnEnding(Task work)
    {
        // Over TLS, what has run has done all this itself, and throws nothing.
        if (_core.Options.Tls is null || work.IsCanceled)
        {
            _core.End(_connection, _worker, ErrorOf(work));
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the server counts it.")]
    private static Exception? ErrorOf(Task work)
    {
        if (work.IsCompletedSuccessfully)
        {
            return null;
        }

        try
        {
            // Also of one that was cancelled: the very exception.
            work.GetAwaiter().GetResult();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
