using System.Diagnostics.CodeAnalysis;

namespace Plait.Coroutines.Engine;

/// <summary>A callback that another thread waits for.</summary>
internal sealed class SentCallback(EventLoop loop, SendOrPostCallback callback, object? state)
{
    /// <summary>The step; its state is the callback.</summary>
    public static readonly Action<object?> RunStep = static self => ((SentCallback)self!).Run();

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Blocks until it has run, and throws what it threw.</summary>
    public void Wait() => _over.Task.GetAwaiter().GetResult();

    /// <summary>The loop has ended, and does not run it.</summary>
    public void Refuse() => _over.TrySetException(new EventLoopClosedException(loop.Name));

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the callback throws is for who waits.")]
    private void Run()
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
