using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <content>What awaits: not in an unsafe context.</content>
internal sealed partial class ScopeCondition
{
    private async ValueTask<bool> NotifiedAsync(ValueTask<WaitOutcome> wait, Hold hold, Agent agent, int recursion, CancellationToken token)
    {
        WaitOutcome outcome = await wait.ConfigureAwait(Agents.HasTurn);
        NoteNotified(agent, outcome);
        BlockingWait.Acknowledge(agent);
        await over.RegainAsync(hold.Agent!, agent, recursion).ConfigureAwait(Agents.HasTurn);
        NoteRegained(agent);
        return Failure(outcome, agent, token) is { } failure ? throw failure : outcome == WaitOutcome.Granted;
    }

    private async ValueTask<bool> WaitForAsync(Hold hold, Func<bool> predicate, long deadline, SourcePlace site, CancellationToken token)
    {
        bool isTrue = predicate();
        while (!isTrue && Shared.Now < deadline)
        {
            await WaitAsync(hold, deadline, site, token).ConfigureAwait(Agents.HasTurn);
            isTrue = predicate();
        }

        return isTrue;
    }
}
