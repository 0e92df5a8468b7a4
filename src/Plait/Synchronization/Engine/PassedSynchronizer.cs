using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Synchronization.Engine;

/// <summary>A primitive that is waited for and never held: the ways to wait.</summary>
internal abstract class PassedSynchronizer(Scope scope, uint index) : Synchronizer(scope, index)
{
    public void Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(WaitMode.Pass, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);

    public bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(WaitMode.Pass, DeadlineAfter(timeout), new SourcePlace(file, line), cancellationToken);

    public ValueTask WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ValueTask<bool> wait = WaitAsync(WaitMode.Pass, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);
        return wait.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(wait.AsTask());
    }

    public ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        WaitAsync(WaitMode.Pass, DeadlineAfter(timeout), new SourcePlace(file, line), cancellationToken);
}
