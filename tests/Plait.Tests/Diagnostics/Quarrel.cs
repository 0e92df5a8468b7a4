using Plait.Synchronization;
using Plait.Tests.Execution;

namespace Plait.Tests.Diagnostics;

/// <summary>
/// A circle of waits that stays until the end of the test, for nobody looks for deadlocks meanwhile: each unit has one lock and waits for that of the next.
/// The first unit is a thread of this process, which gives up at the end.
/// </summary>
internal sealed class Quarrel : IDisposable
{
    private readonly TimeSpan _usual = DeadlockDetection.Threshold;
    private readonly CancellationTokenSource _end = new();
    private readonly ManualResetEventSlim _go = new();
    private readonly List<Task> _units = [];

    private bool _isOver;

    public Quarrel() => DeadlockDetection.Threshold = Timeout.InfiniteTimeSpan;

    /// <summary>A thread takes one, and when <see cref="Begin"/> is called waits for the other until the end.</summary>
    public void Take(ILock one, ILock other, TimeSpan? timeout = null)
    {
        using var hasOne = new ManualResetEventSlim();
        CancellationToken end = _end.Token;
        var thread = new TaskCompletionSource();
        new Thread(() =>
        {
            try
            {
                using Hold first = one.Acquire();
                hasOne.Set();
                _go.Wait();
                if (timeout is { } limit)
                {
                    if (other.TryAcquire(limit, out Hold second, end))
                    {
                        second.Release();
                    }
                }
                else
                {
                    other.Acquire(end).Release();
                }
            }
            catch (OperationCanceledException)
            {
                // The end of the test.
            }

            thread.SetResult();
        })
        { IsBackground = true, Name = "quarreller" }.UnsafeStart();
        hasOne.Wait();
        _units.Add(thread.Task);
    }

    /// <summary>All have what they hold.</summary>
    public void Begin() => _go.Set();

    /// <summary>What a process does that takes part: it looks for no deadlocks either.</summary>
    public static bool TakeBoth(ILock one, ILock other)
    {
        DeadlockDetection.Threshold = Timeout.InfiniteTimeSpan;
        using Hold first = one.Acquire();
        using Hold second = other.Acquire();
        return true;
    }

    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        _end.Cancel();
        _go.Set();
        Task.WhenAll(_units).InTime().GetAwaiter().GetResult();
        DeadlockDetection.Threshold = _usual;
        _end.Dispose();
        _go.Dispose();
    }
}
