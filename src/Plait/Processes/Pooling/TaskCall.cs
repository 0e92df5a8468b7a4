using Plait.Execution;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <summary>A call whose end is a future.</summary>
internal sealed class TaskCall<TResult> : PooledCall
{
    // Asked once a type: whether reading it runs no code but ours.
    private static readonly bool s_isPlain = PlainTypes.Includes(typeof(TResult));

    // As the worker writes it; null when nothing is wanted.
    private readonly Type? _resultType;

    public TaskCall(WorkerPool pool, WorkRequest work, bool hasResult, Type resultType)
        : base(pool, work.Function, name: null, work.Options)
    {
        _resultType = hasResult ? resultType : null;
        Future = new TaskFuture<TResult>(this, work.Function, work.Options.Name);
    }

    public TaskFuture<TResult> Future { get; }

    public override bool IsPlain => _resultType is null || (s_isPlain && ReferenceEquals(_resultType, typeof(TResult)));

    public override void OnReturned(ref PayloadReader reader)
    {
        TResult value = _resultType is { } type ? (TResult)Pool.Results.Read(ref reader, type)! : default!;
        Trace?.End(TaskOutcome.Succeeded, null);
        Future.TrySucceed(value);
        Future.DropCall();
    }

    public override void OnFailed(Exception error)
    {
        Future.TryFail(error);
        Future.DropCall();
    }

    public override void OnCancelled(CancellationToken token)
    {
        Future.TryCancel(token);
        Future.DropCall();
    }
}

/// <summary>The future of a call in a process executor.</summary>
internal sealed class TaskFuture<TResult>(PooledCall call, Delegate function, string? name) : Future<TResult>
{
    // Let go at the end: futures are often kept, and a call is the greater part of them.
    private PooledCall? _call = call;

    private protected override string? GivenName => name;

    private protected override string DefaultName => FunctionName.Of(function.Method);

    private protected override bool IsRunning => _call is { } call && call.Pool.HasBegun(call);

    internal override bool Cancel(CancellationToken token) => _call is { } call && !IsDone && call.Pool.Stop(call, StopReason.Cancelled(token));

    public void DropCall() => _call = null;
}
