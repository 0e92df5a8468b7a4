using System.Runtime.CompilerServices;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <content>What awaits: not in an unsafe context.</content>
internal sealed partial class LeaseQueue<T>
{
    public async ValueTask<QueueLease<T>> LeaseAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        cancellationToken.ThrowIfCancellationRequested();
        QueueLease<T>? lease;
        while (!TryLease(out lease))
        {
            await Parts.Items.WaitUntilAsync(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken).ConfigureAwait(Agents.HasTurn);
        }

        return lease;
    }
}
