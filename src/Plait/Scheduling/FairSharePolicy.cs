namespace Plait.Scheduling;

/// <summary>
/// Weighted fair share: entries belong to classes (<see cref="SchedulingEntry.ShareClass"/>), and classes that have work get time in proportion to
/// their weights, however many entries each brings. Within a class the order is that of arrival.
/// </summary>
/// <remarks>
/// <para>A class has a virtual time, the time its entries ran divided by its weight, and the class with the least goes next: stride scheduling
/// (Waldspurger and Weihl, 1995) by classes, with the start rule of Goyal, Vin and Cheng, "Start-time Fair Queuing", 1996: a class that had no work
/// starts at the virtual time of the one served last, so idling earns no credit.</para>
/// <para>What an entry will run is not known when it is taken, and others are taken before it comes back. So its class is charged at once with an
/// estimate (the slice, its <see cref="SchedulingEntry.ExpectedCost"/>, or the mean of the class), and with the difference when it comes back: shares are right in
/// the end whatever was estimated.</para>
/// <para>A weight comes from the table given here, or else from the newest entry of the class. Classes without work are forgotten when they owe nothing, or when there are more than 4096.</para>
/// </remarks>
public sealed class FairSharePolicy : SchedulingPolicy
{
    private const int FewClasses = 64;
    private const int MostClasses = 4096;

    private readonly EntryHeap _active = new();
    private readonly Dictionary<string, ShareClassState> _classes = new(StringComparer.Ordinal);
    private readonly ShareClassState _unnamed = new(name: null);
    private readonly Dictionary<string, int> _weights;
    private readonly long _quantum;
    private ShareClassState? _last;
    private double _virtualTime;
    private long _sequence;
    private int _sweepAt = FewClasses;

    /// <summary>Makes a policy without entries.</summary>
    /// <param name="weights">The weights of classes, 1 or more. A class that is not in it has the <see cref="SchedulingEntry.Weight"/> of its newest entry. Default: null, none are.</param>
    /// <param name="quantum">The longest time an entry runs in its turn. Default: <see cref="SchedulingTime.Unlimited"/>, each runs until it stops by itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is less than 1, or the quantum is not positive.</exception>
    public FairSharePolicy(IReadOnlyDictionary<string, int>? weights = null, long quantum = SchedulingTime.Unlimited)
    {
        _quantum = SchedulingTime.CheckQuantum(quantum, nameof(quantum));
        _weights = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, int weight) in weights ?? new Dictionary<string, int>(StringComparer.Ordinal))
        {
            _weights[name] = weight >= 1 ? weight : throw new ArgumentOutOfRangeException(nameof(weights), weight, $"The weight of class '{name}' is 1 or more.");
        }
    }

    /// <inheritdoc/>
    public override string Name => "fair";

    /// <summary>How many classes are remembered.</summary>
    internal int RememberedClasses => _classes.Count;

    /// <inheritdoc/>
    protected internal override SchedulingPolicy? CreateForSlices() => _quantum == SchedulingTime.Unlimited ? null : new FairSharePolicy(_weights, _quantum);

    /// <inheritdoc/>
    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        ShareClassState share = ClassOf(entry);
        entry.Class = share;
        entry.Used = 0;
        Enter(share, entry, isFirst: false);
    }

    /// <inheritdoc/>
    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        var share = (ShareClassState)_active.Min;
        SchedulingEntry entry = share.Members.TakeFirst();
        slice = _quantum == SchedulingTime.Unlimited ? SchedulingTime.Unlimited : _quantum - entry.Used;
        _virtualTime = Math.Max(_virtualTime, share.VirtualTime);
        long estimate = Estimate(share, entry, slice);
        entry.Rank = estimate;
        share.Running++;
        share.VirtualTime += (double)estimate / share.ShareWeight;
        share.Sequence = _sequence++;
        share.Rerank();
        if (share.Members.IsEmpty)
        {
            _active.TakeMin();
        }
        else
        {
            _active.Update(share);
        }

        return entry;
    }

    /// <inheritdoc/>
    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        ShareClassState share = entry.Class!;
        bool isPreempted = ran < _quantum - entry.Used;
        Settle(share, entry, ran);
        entry.Used = isPreempted ? entry.Used + ran : 0;
        Enter(share, entry, isFirst: isPreempted);
    }

    /// <inheritdoc/>
    protected override void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
        entry.Class!.Blocked++;
        Learn(entry.Class, entry.Used + ran);
        Settle(entry.Class, entry, ran);
    }

    /// <inheritdoc/>
    protected override void OnWoken(SchedulingEntry entry, long now)
    {
        entry.Class!.Blocked--;
        entry.Used = 0;
        Enter(entry.Class, entry, isFirst: false);
    }

    /// <inheritdoc/>
    protected override void OnFinished(SchedulingEntry entry, long ran, long now)
    {
        Learn(entry.Class!, entry.Used + ran);
        Settle(entry.Class!, entry, ran);
        entry.Class = null;
    }

    /// <inheritdoc/>
    protected override void OnRemoved(SchedulingEntry entry)
    {
        ShareClassState share = entry.Class!;
        share.Members.Remove(entry);
        entry.Class = null;
        if (share.Members.IsEmpty)
        {
            _active.Remove(share);
        }
    }

    private static void Learn(ShareClassState share, long ran) => share.MeanRun = share.MeanRun == 0 ? ran : (share.MeanRun * 0.875) + (ran * 0.125);

    private static long Estimate(ShareClassState share, SchedulingEntry entry, long slice)
    {
        long cost = entry.ExpectedCost;

        // Without any knowledge a token charge still makes the classes take turns.
        long expected = cost > 0 ? Math.Max(1, cost - entry.Used) : Math.Max(1, (long)share.MeanRun);
        return Math.Min(slice, expected);
    }

    private void Enter(ShareClassState share, SchedulingEntry entry, bool isFirst)
    {
        bool wasEmpty = share.Members.IsEmpty;
        if (wasEmpty && !isFirst)
        {
            // Nobody of the class waited until now, so it was denied nothing and has no claim to what others received meanwhile.
            share.VirtualTime = Math.Max(share.VirtualTime, _virtualTime);
        }

        if (isFirst)
        {
            share.Members.AddFirst(entry);
        }
        else
        {
            share.Members.AddLast(entry);
        }

        if (wasEmpty)
        {
            share.Sequence = _sequence++;
            share.Rerank();
            _active.Add(share);
        }
    }

    private void Settle(ShareClassState share, SchedulingEntry entry, long ran)
    {
        share.Running--;

        // Sums of fractions may end a hair below where they began.
        share.VirtualTime = Math.Max(0, share.VirtualTime + (((double)ran - entry.Rank) / share.ShareWeight));
        if (!share.Members.IsEmpty)
        {
            share.Rerank();
            _active.Update(share);
        }
    }

    private ShareClassState ClassOf(SchedulingEntry entry)
    {
        string? name = entry.ShareClass;
        ShareClassState share;
        if (name is null)
        {
            share = _unnamed;
        }
        else if (_last is not null && ReferenceEquals(_last.Name, name))
        {
            share = _last;
        }
        else
        {
            if (!_classes.TryGetValue(name, out ShareClassState? known))
            {
                if (_classes.Count >= _sweepAt)
                {
                    ForgetIdle();
                }

                known = new ShareClassState(name);
                _classes.Add(name, known);
            }

            _last = share = known;
        }

        share.ShareWeight = name is not null && _weights.Count > 0 && _weights.TryGetValue(name, out int weight) ? weight : Math.Max(1, entry.Weight);
        return share;
    }

    /// <summary>Drops classes that would start anew anyway: no work, and no debt that is still ahead of the others. When there are very many, those with a debt as well.</summary>
    private void ForgetIdle()
    {
        Forget(_virtualTime);
        if (_classes.Count >= MostClasses)
        {
            Forget(double.PositiveInfinity);
        }

        _last = null;
        _sweepAt = Math.Max(FewClasses, _classes.Count * 2);
    }

    private void Forget(double until)
    {
        foreach ((string name, ShareClassState share) in _classes)
        {
            if (share.IsIdle && share.Blocked == 0 && share.VirtualTime <= until)
            {
                _classes.Remove(name);
            }
        }
    }
}
