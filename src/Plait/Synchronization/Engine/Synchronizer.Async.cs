namespace Plait.Synchronization.Engine;

/// <content>What awaits: not in an unsafe context.</content>
internal abstract partial class Synchronizer
{
    private async ValueTask<bool> PassedAsync(ValueTask<WaitOutcome> wait, Agent agent, CancellationToken token) =>
        Passed(await wait.ConfigureAwait(Agents.HasTurn), agent, token);
}
