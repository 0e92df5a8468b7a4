using Plait.Synchronization;

namespace Plait.Tests.Synchronization;

/// <summary>Whatever is acquired and released with a hold, seen alike: each rule of acquiring is written down once.</summary>
internal abstract class Acquirable
{
    public abstract ISynchronizer Synchronizer { get; }

    public abstract Hold Acquire(CancellationToken token = default);

    public abstract bool TryAcquire(out Hold hold);

    public abstract bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken token = default);

    public abstract ValueTask<Hold> AcquireAsync(CancellationToken token = default);

    public abstract ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken token = default);

    /// <summary>Acquires so that nobody else can.</summary>
    public virtual Hold Block() => Acquire();

    /// <summary>Acquires so that nobody else can, if nobody holds it.</summary>
    public virtual bool TryBlock(out Hold hold) => TryAcquire(out hold);

    public SynchronizerStatistics Statistics => Synchronizer.GetStatistics();

    /// <summary>Whether nobody holds it, as another agent sees by trying.</summary>
    public bool IsFree()
    {
        bool isFree = false;
        var other = new Thread(() =>
        {
            isFree = TryBlock(out Hold hold);
            hold.Dispose();
        });
        other.UnsafeStart();
        other.Join();
        return isFree;
    }
}

internal sealed class AcquirableLock(ILock gate) : Acquirable
{
    public override ISynchronizer Synchronizer => gate;

    public override Hold Acquire(CancellationToken token = default) => gate.Acquire(token);

    public override bool TryAcquire(out Hold hold) => gate.TryAcquire(out hold);

    public override bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken token = default) => gate.TryAcquire(timeout, out hold, token);

    public override ValueTask<Hold> AcquireAsync(CancellationToken token = default) => gate.AcquireAsync(token);

    public override ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken token = default) => gate.TryAcquireAsync(timeout, token);
}

internal sealed class AcquirablePermit(ISemaphore semaphore) : Acquirable
{
    public override ISynchronizer Synchronizer => semaphore;

    public override Hold Acquire(CancellationToken token = default) => semaphore.Acquire(token);

    public override bool TryAcquire(out Hold hold) => semaphore.TryAcquire(out hold);

    public override bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken token = default) => semaphore.TryAcquire(timeout, out hold, token);

    public override ValueTask<Hold> AcquireAsync(CancellationToken token = default) => semaphore.AcquireAsync(token);

    public override ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken token = default) => semaphore.TryAcquireAsync(timeout, token);
}

internal sealed class AcquirableForReading(IReaderWriterLock gate) : Acquirable
{
    public override ISynchronizer Synchronizer => gate;

    public override Hold Acquire(CancellationToken token = default) => gate.AcquireRead(token);

    public override bool TryAcquire(out Hold hold) => gate.TryAcquireRead(out hold);

    public override bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken token = default) => gate.TryAcquireRead(timeout, out hold, token);

    public override ValueTask<Hold> AcquireAsync(CancellationToken token = default) => gate.AcquireReadAsync(token);

    public override ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken token = default) => gate.TryAcquireReadAsync(timeout, token);

    public override Hold Block() => gate.AcquireWrite();

    public override bool TryBlock(out Hold hold) => gate.TryAcquireWrite(out hold);
}

internal sealed class AcquirableForWriting(IReaderWriterLock gate) : Acquirable
{
    public override ISynchronizer Synchronizer => gate;

    public override Hold Acquire(CancellationToken token = default) => gate.AcquireWrite(token);

    public override bool TryAcquire(out Hold hold) => gate.TryAcquireWrite(out hold);

    public override bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken token = default) => gate.TryAcquireWrite(timeout, out hold, token);

    public override ValueTask<Hold> AcquireAsync(CancellationToken token = default) => gate.AcquireWriteAsync(token);

    public override ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken token = default) => gate.TryAcquireWriteAsync(timeout, token);
}
