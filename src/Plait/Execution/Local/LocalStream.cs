using System.Threading.Channels;
using Plait.Codecs;

namespace Plait.Execution.Local;

/// <summary>The values of a function of this process, for one enumeration: the function begins with it, and ends with it.</summary>
/// <remarks>It refers to the executor, so that this is not collected while values are still to come.</remarks>
internal sealed class LocalStream<T> : IAsyncEnumerable<T>
{
    /// <summary>How many values the function may be ahead of who takes them.</summary>
    public const int Window = 64;

    private readonly IExecutor _owner;
    private readonly WorkRequest _work;
    private int _isTaken;

    public LocalStream(IExecutor owner, WorkRequest work)
    {
        LocalFunction.ThrowIfNoSequence<T>(work.Function, nameof(work));
        _owner = owner;
        _work = work;
    }

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        LocalFunction.ThrowIfTaken(ref _isTaken);
        var values = Channel.CreateBounded<T>(new BoundedChannelOptions(Window) { SingleReader = true, SingleWriter = true });
        var options = _work.Options with { Name = _work.Options.Name ?? FunctionName.Of(_work.Function.Method) };
        Future future = _owner.Submit(new WorkRequest((CancellationToken token) => PutAllAsync(values.Writer, token), [CancellationToken.None], options));
        future.AddDoneCallback(_ => values.Writer.TryComplete());
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Future)state!).Cancel(token), future);
        try
        {
            while (await values.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (values.Reader.TryRead(out T? value))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return value;
                }
            }

            // What it threw, behind the values.
            await future;
        }
        finally
        {
            _ = future.Cancel(new CancellationToken(canceled: true));
            await ((Task)future.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PutAllAsync(ChannelWriter<T> values, CancellationToken token)
    {
        await foreach (T value in LocalFunction.Sequence<T>(_work.Function, _work.ArgumentArray, token).WithCancellation(token))
        {
            await values.WriteAsync(value, token);
        }
    }
}
