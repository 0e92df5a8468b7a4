using System.Diagnostics.CodeAnalysis;

namespace Plait.Coroutines.Engine;

/// <summary>A callback that another thread waits for.</summary>
internal sealed class SentCallback(EventLoop loop, SendOrPostCallback callback, object? state) : OwedStep
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Blocks until it has run, and throws what it threw.</summary>
    public void Wait() => _over.Task.GetAwaiter().GetResult();

    public override void Refuse() => _over.TrySetException(new EventLoopClosedException(loop.Name));

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the callback throws is for who waits.")]
    protected override void Run()
    {
        try
        {
            callback(state);
            _over.SetResult();
        }
        catch (Exception error)
        {
            _over.SetException(error);
        }
    }
}
