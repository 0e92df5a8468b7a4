using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>An executor as somebody else might write it: single functions, on the thread pool.</summary>
internal sealed class SubmitOnlyExecutor : IExecutor
{
    private int _submissions;

    public string Name => "foreign";

    public int WorkerCount => 2;

    public int Submissions => _submissions;

    public Future Submit(WorkRequest work) => throw new NotSupportedException();

    public Future<TResult> Submit<TResult>(WorkRequest work)
    {
        Interlocked.Increment(ref _submissions);
        var future = new TestFuture<TResult>();
        ThreadPool.QueueUserWorkItem(_ =>
        {
            try
            {
                future.Succeed((TResult)work.Function.DynamicInvoke([.. work.Arguments])!);
            }
            catch (System.Reflection.TargetInvocationException error)
            {
                future.Fail(error.InnerException!);
            }
        });
        return future;
    }

    public IAsyncEnumerable<T> Stream<T>(WorkRequest work) => throw new NotSupportedException();

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => true;

    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout) => Task.FromResult(true);

    public ExecutorStatistics GetStatistics() => default;

    public void Dispose()
    {
        // The thread pool ends by itself.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
