using Plait.Scheduling;

namespace Plait.Tests.Scheduling;

/// <summary>Fair share that asks every class for its virtual time each time, and never forgets one.</summary>
internal sealed class NaiveFairShare(long quantum) : SchedulingPolicy
{
    private readonly Dictionary<string, Share> _shares = [];
    private readonly Dictionary<SchedulingEntry, (long Used, long Charged)> _accounts = [];
    private double _virtualTime;
    private int _turn;

    public override string Name => "naive";

    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        if (!_shares.TryGetValue(entry.ShareClass ?? "", out Share? share))
        {
            _shares.Add(entry.ShareClass ?? "", share = new Share());
        }

        share.Weight = entry.Weight;
        _accounts[entry] = (0, 0);
        Enter(share, entry, atFront: false);
    }

    protected override void OnWoken(SchedulingEntry entry, long now)
    {
        _accounts[entry] = (0, 0);
        Enter(ShareOf(entry), entry, atFront: false);
    }

    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        Share share = _shares.Values.Where(static share => share.Waiting.Count > 0).OrderBy(static share => share.VirtualTime).ThenBy(static share => share.Turn).First();
        SchedulingEntry entry = share.Waiting[0];
        share.Waiting.RemoveAt(0);
        long used = _accounts[entry].Used;
        slice = quantum == SchedulingTime.Unlimited ? quantum : quantum - used;
        long expected = entry.ExpectedCost > 0 ? entry.ExpectedCost - used : (long)share.Mean;
        long charge = Math.Min(slice, Math.Max(1, expected));
        _accounts[entry] = (used, charge);
        _virtualTime = Math.Max(_virtualTime, share.VirtualTime);
        share.VirtualTime += (double)charge / share.Weight;
        share.Turn = _turn++;
        return entry;
    }

    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        Settle(entry, ran);
        long used = _accounts[entry].Used + ran;
        bool isPreempted = quantum == SchedulingTime.Unlimited || used < quantum;
        _accounts[entry] = (isPreempted ? used : 0, 0);
        Enter(ShareOf(entry), entry, isPreempted);
    }

    protected override void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
        Share share = ShareOf(entry);
        long whole = _accounts[entry].Used + ran;
        share.Mean = share.Mean == 0 ? whole : (share.Mean * 0.875) + (whole * 0.125);
        Settle(entry, ran);
    }

    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => OnBlocked(entry, ran, now);

    protected override void OnRemoved(SchedulingEntry entry) => ShareOf(entry).Waiting.Remove(entry);

    private Share ShareOf(SchedulingEntry entry) => _shares[entry.ShareClass ?? ""];

    private void Settle(SchedulingEntry entry, long ran)
    {
        Share share = ShareOf(entry);
        share.VirtualTime = Math.Max(0, share.VirtualTime + (((double)ran - _accounts[entry].Charged) / share.Weight));
    }

    private void Enter(Share share, SchedulingEntry entry, bool atFront)
    {
        if (share.Waiting.Count == 0)
        {
            share.Turn = _turn++;
            share.VirtualTime = atFront ? share.VirtualTime : Math.Max(share.VirtualTime, _virtualTime);
        }

        share.Waiting.Insert(atFront ? 0 : share.Waiting.Count, entry);
    }

    private sealed class Share
    {
        public List<SchedulingEntry> Waiting { get; } = [];

        public int Weight { get; set; }

        public double VirtualTime { get; set; }

        public double Mean { get; set; }

        public int Turn { get; set; }
    }
}
