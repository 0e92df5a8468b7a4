using Plait.Synchronization;

namespace Plait.Tests.Synchronization;

/// <summary>Whatever is waited for without a hold, seen alike: each rule of waiting is written down once.</summary>
internal abstract class Waitable
{
    public abstract ISynchronizer Synchronizer { get; }

    public abstract void Wait(CancellationToken token = default);

    public abstract bool Wait(TimeSpan timeout, CancellationToken token = default);

    public abstract ValueTask WaitAsync(CancellationToken token = default);

    public abstract ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken token = default);

    /// <summary>Lets so many waits through; they wait already, or come later.</summary>
    public abstract void Let(int waits = 1);

    public SynchronizerStatistics Statistics => Synchronizer.GetStatistics();
}

internal sealed class WaitableSemaphore(ISemaphore semaphore) : Waitable
{
    public override ISynchronizer Synchronizer => semaphore;

    public override void Wait(CancellationToken token = default) => semaphore.Wait(token);

    public override bool Wait(TimeSpan timeout, CancellationToken token = default) => semaphore.Wait(timeout, token);

    public override ValueTask WaitAsync(CancellationToken token = default) => semaphore.WaitAsync(token);

    public override ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken token = default) => semaphore.WaitAsync(timeout, token);

    public override void Let(int waits = 1) => semaphore.Release(waits);
}

internal sealed class WaitableEvent(IEvent signal) : Waitable
{
    public override ISynchronizer Synchronizer => signal;

    public override void Wait(CancellationToken token = default) => signal.Wait(token);

    public override bool Wait(TimeSpan timeout, CancellationToken token = default) => signal.Wait(timeout, token);

    public override ValueTask WaitAsync(CancellationToken token = default) => signal.WaitAsync(token);

    public override ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken token = default) => signal.WaitAsync(timeout, token);

    /// <summary>An event that resets itself is set again when the wait before has gone through: two sets that meet are one.</summary>
    public override void Let(int waits = 1)
    {
        int sets = signal.Mode == EventMode.Auto ? waits : 1;
        for (int i = 0; i < sets; i++)
        {
            SpinWait.SpinUntil(() => i == 0 || !signal.IsSet);
            signal.Set();
        }
    }
}

internal sealed class WaitableCountdown(ICountdown countdown) : Waitable
{
    public override ISynchronizer Synchronizer => countdown;

    public override void Wait(CancellationToken token = default) => countdown.Wait(token);

    public override bool Wait(TimeSpan timeout, CancellationToken token = default) => countdown.Wait(timeout, token);

    public override ValueTask WaitAsync(CancellationToken token = default) => countdown.WaitAsync(token);

    public override ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken token = default) => countdown.WaitAsync(timeout, token);

    public override void Let(int waits = 1)
    {
        if (!countdown.IsSet)
        {
            countdown.Signal();
        }
    }
}
