using System.Runtime.CompilerServices;
using Plait.Codecs;

namespace Plait.Execution.Local;

/// <summary>The values of a function that runs where they are asked for.</summary>
internal sealed class InlineStream<T> : IAsyncEnumerable<T>
{
    private readonly InlineHost _host;
    private readonly WorkRequest _work;
    private int _isTaken;

    public InlineStream(InlineHost host, WorkRequest work)
    {
        LocalFunction.ThrowIfNoSequence<T>(work.Function, nameof(work));
        _host = host;
        _work = work;
    }

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        LocalFunction.ThrowIfTaken(ref _isTaken);
        return EachAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None);
    }

    private async IAsyncEnumerable<T> EachAsync([EnumeratorCancellation] CancellationToken token)
    {
        TaskOptions options = _work.Options;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, options.CancellationToken);
        using var limit = new CancellationTokenSource(options.Timeout, _host.TimeProvider);
        using CancellationTokenRegistration registration = limit.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), linked);
        linked.Token.ThrowIfCancellationRequested();
        _host.BeginStream();
        LocalCount how = LocalCount.Failed;
        try
        {
            await using IAsyncEnumerator<T> values = LocalFunction.Sequence<T>(_work.Function, _work.ArgumentArray, linked.Token).GetAsyncEnumerator(linked.Token);
            while (await NextAsync(values, limit.Token, linked.Token).ConfigureAwait(false))
            {
                // Until the next is asked for: who stops in between has had enough.
                how = LocalCount.Cancelled;
                yield return values.Current;
                how = LocalCount.Failed;
            }

            how = LocalCount.Succeeded;
        }
        finally
        {
            _host.EndStream(how);
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<T> values, CancellationToken limit, CancellationToken token)
    {
        try
        {
            token.ThrowIfCancellationRequested();
            return await values.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _host.Count(LocalCount.TimedOut, 1);
            throw StopReason.TimedOut(_work.Options.Timeout).ToTimeout(_work.Options.Name ?? FunctionName.Of(_work.Function.Method), _work.Options)!;
        }
    }
}
