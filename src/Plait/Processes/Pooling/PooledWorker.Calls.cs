using Plait.Memory;
using Plait.Processes.Channels;

namespace Plait.Processes.Pooling;

/// <content>Which calls are in the worker: by number in their slots, taken back by the claim (docs/design/worker-protocol.md).</content>
internal sealed partial class PooledWorker
{
    // Written under the pool's gate before the call is published in the ring; taken by the dispatcher when its end arrives.
    // A power of two; where there are several lanes, as many: a slot's number is its lane's.
    private readonly PooledCall?[] _calls;

    /// <summary>How often calls were withdrawn from it: the upper bits of its claim.</summary>
    public ulong Withdrawals { get; private set; }

    /// <summary>The number of the last call it has claimed.</summary>
    /// <remarks>Acquire: pairs with the worker's interlocked claim, behind which the time of the start lies.</remarks>
    public long Claimed => (long)(Volatile.Read(ref Channel.State.Claim) & ChannelState.NumberMask);

    /// <summary>The number of the next call: the one after the last that was sent, unless its slot is taken by one that takes long.</summary>
    public long NextNumber()
    {
        long number = LastSent + 1;
        while (Volatile.Read(ref _calls[number & (_calls.Length - 1)]) is not null)
        {
            number++;
        }

        return number;
    }

    /// <summary>The claim that the call with this number makes, if it is sent now.</summary>
    public long ClaimOf(long number) => (long)(Withdrawals | (ulong)number);

    /// <summary>
    /// Makes void every call that was sent and that it has not begun. False, and nothing is changed, when it has begun
    /// something after <paramref name="claimed"/>. What is sent from now on is not concerned.
    /// </summary>
    public bool TryWithdraw(long claimed)
    {
        ulong seen = Withdrawals | (ulong)claimed;
        ulong withdrawn = seen + ChannelState.Withdrawal;
        if (Interlocked.CompareExchange(ref Channel.State.Claim, withdrawn, seen) != seen)
        {
            return false;
        }

        Withdrawals = withdrawn & ~ChannelState.NumberMask;
        CrashPoints.Hit(CrashPoint.PoolWithdrawn);
        return true;
    }

    /// <summary>Puts a call into the slot of its number. Before it is published in the ring.</summary>
    public void PutCall(PooledCall call) => Volatile.Write(ref SlotOf(call.Number), call);

    /// <summary>The call with this number if its end has not arrived.</summary>
    public PooledCall? CallAt(long number) => Volatile.Read(ref SlotOf(number)) is { } call && call.Number == number ? call : null;

    public PooledCall? RemoveCall(long number) => CallAt(number) is { } call && Interlocked.CompareExchange(ref SlotOf(number), null, call) == call ? call : null;

    /// <summary>The calls that it has begun and whose end has not arrived. Where there are several lanes in no order.</summary>
    public CallWalk CallsBegun()
    {
        long claimed = Claimed;
        return CallsTo(claimed, claimed);
    }

    /// <summary>Those, and the calls that it was sent and has not begun.</summary>
    public CallWalk CallsSent() => CallsTo(Claimed, LastSent);

    /// <summary>Of the calls that it has begun, the one that has run longest.</summary>
    public PooledCall? FirstBegun()
    {
        PooledCall? first = null;
        foreach (PooledCall call in CallsBegun())
        {
            first = first is null || call.Number < first.Number ? call : first;
        }

        return first;
    }

    // A single lane begins one call after the other: what comes before the one it is at is over.
    private CallWalk CallsTo(long claimed, long last) =>
        _pool.IsShared ? new CallWalk(_calls, 0, _calls.Length, 0, last) : new CallWalk(_calls, claimed, last - claimed + 1, claimed, last);

    private ref PooledCall? SlotOf(long number) => ref _calls[number & (_calls.Length - 1)];
}
