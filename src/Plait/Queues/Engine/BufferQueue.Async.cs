using System.Runtime.CompilerServices;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <content>What awaits: not in an unsafe context.</content>
internal sealed partial class BufferQueue<T>
{
    public async ValueTask<BufferLoan<T>> BorrowAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BufferLoan<T>? loan;
        while (!TryBorrow(out loan))
        {
            await Parts.Items.WaitUntilAsync(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken).ConfigureAwait(Agents.HasTurn);
        }

        return loan;
    }
}
