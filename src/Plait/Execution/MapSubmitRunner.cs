namespace Plait.Execution;

/// <summary>Maps over an executor that only knows single functions: every item is a submission of its own.</summary>
internal sealed class MapSubmitRunner(IExecutor executor) : IChunkRunner
{
    public int WorkerCount => executor.WorkerCount;

    public int LargestChunk => 1;

    public TimeProvider TimeProvider => TimeProvider.System;

    public void Check<TIn, TOut>(MapFunction<TIn, TOut> function)
    {
        // Whether it can run is for the executor to say, at the first item.
    }

    public IChunkControl RunChunk<TIn, TOut>(ChunkRequest<TIn, TOut> chunk)
    {
        TIn item = chunk.Items[0];
        object?[] arguments = chunk.Function.TakesToken ? [item, CancellationToken.None] : [item];
        var options = new TaskOptions { Name = chunk.Name, Timeout = chunk.ItemTimeout };
        Future<TOut> future = executor.Submit<TOut>(new WorkRequest(chunk.Function.Delegate, arguments, options));
        var control = new Control(future);
        future.AddDoneCallback((Future<TOut> done) => Finish(chunk, done, control));
        return control;
    }

    private static void Finish<TIn, TOut>(ChunkRequest<TIn, TOut> chunk, Future<TOut> done, Control control)
    {
        control.Forget();
        try
        {
            chunk.Target(0, 1)[0] = done.TakeDone();
            chunk.OnValues(0, 1, 0);
        }
        catch (OperationCanceledException cancelled) when (done.IsCancelled)
        {
            // By us, or by an executor that was shut down.
            chunk.OnEnded(new ChunkEnd { Error = cancelled, EndsMap = !control.IsCancelled });
            return;
        }
        catch (Exception error)
        {
            // Whatever the function threw is the item's.
            chunk.OnItemFailed(0, 0, new PlainError(error));
        }

        chunk.OnEnded(new ChunkEnd());
    }

    private sealed class Control(Future future) : IChunkControl
    {
        // Null when it is done: a chunk is known until its end has been noted, and must not hold a value that the reader has had.
        private Future? _future = future;

        public bool IsCancelled { get; private set; }

        public void Forget() => Volatile.Write(ref _future, null);

        public bool TryCut(out int next)
        {
            next = 1;
            return false;
        }

        public void Cancel(CancellationToken token)
        {
            IsCancelled = true;
            _ = Volatile.Read(ref _future)?.Cancel(token);
        }
    }
}
