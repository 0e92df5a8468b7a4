using Plait.Execution;
using Plait.Processes.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>A call whose end is a future.</summary>
internal sealed class TaskCall<TResult> : PooledCall
{
    // Asked once a type: whether reading it runs no code but ours.
    private static readonly bool s_isPlain = PlainTypes.Includes(typeof(TResult));

    private readonly bool _hasResult;
    private readonly Type _resultType;

    public TaskCall(WorkerPool pool, WorkRequest work, bool hasResult, Type resultType)
        : base(pool, work.Function, name: null, work.Options)
    {
        _hasResult = hasResult;
        _resultType = resultType;
        Future = new TaskFuture<TResult>(this);
    }

    public TaskFuture<TResult> Future { get; }

    public override bool IsPlain => !_hasResult || (s_isPlain && ReferenceEquals(_resultType, typeof(TResult)));

    public override void OnReturned(ref PayloadReader reader) =>
        Future.TrySucceed(_hasResult ? (TResult)Pool.Results.Read(ref reader, _resultType)! : default!);

    public override void OnFailed(Exception error) => Future.TryFail(error);

    public override void OnCancelled(CancellationToken token) => Future.TryCancel(token);
}

/// <summary>The future of a call in a process executor.</summary>
internal sealed class TaskFuture<TResult>(PooledCall call) : Future<TResult>(call.Name)
{
    private protected override bool IsRunning => call.Pool.HasBegun(call);

    internal override bool Cancel(CancellationToken token) => !IsDone && call.Pool.Stop(call, StopReason.Cancelled(token));
}
