namespace Plait.Synchronization.Engine;

/// <summary>
/// What a branch of an async flow acquires, for the checking of lock orders. The branches of a flow share its agent and so its holds, but what one acquired stands in no order to what another
/// does beside it. So each acquisition leaves a link in the context of its branch, in a chain that begins with those that were there when the branch did.
/// </summary>
internal sealed class FlowHold(ScopeMemory memory, uint orderClass, SourcePlace site)
{
    private static readonly AsyncLocal<FlowHold?> Chain = new();

    // The agent is not kept: a flow that nobody refers to any more is gone, whoever inherited its chain.
    private WeakReference<Agent>? _agent;
    private HeldSynchronizer? _target;
    private ulong _entry;
    private volatile bool _isAcquired;
    private volatile bool _isInVain;
    private FlowHold? _outer;

    // A coroutine is a unit of its own, whatever whoever started it held.
    private readonly ITurnTaker? _taker = Agents.Turn?.Taker;

    /// <summary>The last of the branch that calls; null for none.</summary>
    public static FlowHold? Innermost => SkipOver(Chain.Value);

    public ScopeMemory Memory => memory;

    public uint OrderClass => orderClass;

    public SourcePlace Site => site;

    /// <summary>The one before, of those that are not over. Links that are over are taken out on the way.</summary>
    public FlowHold? Outer => _outer = SkipOver(_outer);

    /// <summary>Whether it is acquired, and not released.</summary>
    public bool IsHeld => _isAcquired && _agent!.TryGetTarget(out Agent? agent) && _target!.IsHeldBy(agent, _entry);

    /// <summary>Whether the coroutine that calls has acquired it, or no coroutine has.</summary>
    public bool IsOfCaller => _taker == Agents.Turn?.Taker;

    /// <summary>The calling thread is a unit of its own, see <see cref="Agents.LeaveFlow"/>.</summary>
    public static void Leave() => Chain.Value = null;

    /// <summary>It was acquired, by the branch that calls.</summary>
    public void Add(Hold hold)
    {
        Append();
        Enter(hold);
    }

    /// <summary>The same acquisition, begun by the branch that calls.</summary>
    public ValueTask<Hold> Add(ValueTask<Hold> taking)
    {
        // Before anything is awaited: what is put into the context behind an await does not reach the caller.
        Append();
        return FollowAsync(taking);
    }

    /// <summary>The same for one that may be in vain.</summary>
    public ValueTask<Hold?> Add(ValueTask<Hold?> taking)
    {
        Append();
        return FollowAsync(taking);
    }

    private void Append()
    {
        _outer = Innermost;
        Chain.Value = this;
    }

    private async ValueTask<Hold> FollowAsync(ValueTask<Hold> taking)
    {
        try
        {
            Hold hold = await taking.ConfigureAwait(Agents.HasTurn);
            Enter(hold);
            return hold;
        }
        finally
        {
            _isInVain = !_isAcquired;
        }
    }

    private async ValueTask<Hold?> FollowAsync(ValueTask<Hold?> taking)
    {
        try
        {
            Hold? taken = await taking.ConfigureAwait(Agents.HasTurn);
            if (taken is { } hold)
            {
                Enter(hold);
            }

            return taken;
        }
        finally
        {
            _isInVain = !_isAcquired;
        }
    }

    private void Enter(Hold hold)
    {
        _agent = new WeakReference<Agent>(hold.Agent!);
        _target = hold.Target;
        _entry = hold.Entry;

        // Release: pairs with the acquire read in IsHeld.
        _isAcquired = true;
    }

    private static FlowHold? SkipOver(FlowHold? link)
    {
        while (link is not null && (link._isInVain || (link._isAcquired && !link.IsHeld)))
        {
            link = link._outer;
        }

        return link;
    }
}
