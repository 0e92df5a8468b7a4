using Plait.Synchronization;
using Plait.Tests.Execution;

namespace Plait.Tests.Synchronization;

/// <summary>A thread that acquires something and keeps it until it is told to release: the other agent of a test.</summary>
internal sealed class Holder : IDisposable
{
    private readonly TaskCompletionSource<Hold> _acquired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;

    public Holder(Func<Hold> acquire)
    {
        _thread = new Thread(() => Run(acquire)) { IsBackground = true };
        _thread.UnsafeStart();
    }

    /// <summary>What it holds; blocks until it does.</summary>
    public Hold Hold => _acquired.Task.InTime().GetAwaiter().GetResult();

    /// <summary>Begins, and returns when it holds.</summary>
    public static Holder Of(Func<Hold> acquire)
    {
        var holder = new Holder(acquire);
        _ = holder.Hold;
        return holder;
    }

    /// <summary>Lets it release on its own thread, if nobody else has, and end.</summary>
    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Run(Func<Hold> acquire)
    {
        try
        {
            using Hold hold = acquire();
            _acquired.SetResult(hold);
            _end.Wait();
        }
        catch (Exception error) when (!_acquired.Task.IsCompleted)
        {
            _acquired.SetException(error);
        }
    }
}
