namespace Plait.Execution;

/// <summary>The end of something that a <see cref="Pool"/> does with several tasks.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
internal sealed class PoolFuture<TResult> : Future<TResult>
{
    private readonly CancellationTokenSource _source;
    private readonly string _name;

    public PoolFuture(string name, CancellationToken token)
    {
        _name = name;
        _source = CancellationTokenSource.CreateLinkedTokenSource(token);
    }

    private protected override string? GivenName => _name;

    private protected override bool IsRunning => !IsDone;

    /// <summary>Begins it, on the thread pool.</summary>
    public void Run(Func<CancellationToken, Task<TResult>> work) => _ = System.Threading.Tasks.Task.Run(() => RunAsync(work));

    internal override bool Cancel(CancellationToken token)
    {
        if (IsDone)
        {
            return false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _source, preferLocal: false);
        return true;
    }

    private async Task RunAsync(Func<CancellationToken, Task<TResult>> work)
    {
        try
        {
            TrySucceed(await work(_source.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_source.IsCancellationRequested)
        {
            TryCancel(_source.Token);
        }
        catch (Exception error)
        {
            // Whatever a user's function threw is the future's.
            TryFail(error);
        }
    }
}
