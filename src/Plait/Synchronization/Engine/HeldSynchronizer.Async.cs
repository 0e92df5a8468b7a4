namespace Plait.Synchronization.Engine;

/// <content>What awaits: not in an unsafe context.</content>
internal abstract partial class HeldSynchronizer
{
    private async ValueTask<Hold> AcquiredAsync(ValueTask<WaitOutcome> wait, Agent agent, uint mode, SourcePlace site, CancellationToken token)
    {
        _ = TryEnter(await wait.ConfigureAwait(Agents.HasTurn), agent, mode, out Hold hold, site, token);
        return hold;
    }

    private async ValueTask<Hold?> TriedAsync(ValueTask<WaitOutcome> wait, Agent agent, uint mode, SourcePlace site, CancellationToken token) =>
        TryEnter(await wait.ConfigureAwait(Agents.HasTurn), agent, mode, out Hold hold, site, token) ? hold : null;
}
