using Plait.Interop;

namespace Plait.Synchronization.Engine;

/// <content>What awaits: not in an unsafe context.</content>
internal abstract partial class OwnedLock
{
    /// <summary>The same without blocking a thread.</summary>
    public async ValueTask RegainAsync(Agent agent, Agent caller, int count)
    {
        while (true)
        {
            ValueTask<WaitOutcome> wait = AsyncWait.Run(new WaitRequest(Memory, Index, WaitMode.Exclusive, MonotonicClock.Never, SourcePlace.Unknown, CancellationToken.None), ref caller, mayEnd: false);
            if (await wait.ConfigureAwait(Agents.HasTurn) != WaitOutcome.Deadlocked)
            {
                break;
            }

            BlockingWait.Acknowledge(caller);
        }

        Restore(agent, caller, count);
    }
}
