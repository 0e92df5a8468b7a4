using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <content>What awaits: not in an unsafe context.</content>
internal sealed partial class ScopeBarrier
{
    private async ValueTask<int> MetAsync(ValueTask<WaitOutcome> wait, Agent agent, CancellationToken token) =>
        Met(await wait.ConfigureAwait(Agents.HasTurn), agent, token);
}
