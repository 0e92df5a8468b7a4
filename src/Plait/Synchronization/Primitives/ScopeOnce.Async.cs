using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <content>What awaits: not in an unsafe context.</content>
internal sealed partial class ScopeOnce
{
    private async ValueTask<bool> RunAsync(ValueTask<Hold> acquiring, Func<Task> action)
    {
        using Hold hold = await acquiring.ConfigureAwait(Agents.HasTurn);
        if (IsDone)
        {
            return false;
        }

        await action().ConfigureAwait(Agents.HasTurn);
        SetDone();
        return true;
    }
}
