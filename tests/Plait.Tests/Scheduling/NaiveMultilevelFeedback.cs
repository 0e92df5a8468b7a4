using Plait.Scheduling;

namespace Plait.Tests.Scheduling;

/// <summary>Multilevel feedback with one list a level, in which a boost visits every entry that there is.</summary>
internal sealed class NaiveMultilevelFeedback(FeedbackLevel[] levels, long boost, bool renews) : SchedulingPolicy
{
    private readonly List<SchedulingEntry>[] _queues = [.. levels.Select(static _ => new List<SchedulingEntry>())];
    private readonly Dictionary<SchedulingEntry, Account> _accounts = [];
    private readonly long _boost = boost;
    private long _nextBoost = boost;

    public override string Name => "naive";

    public override bool IsPreemptive => true;

    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now) => _accounts[waiting].Level < _accounts[running].Level;

    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        BoostUntil(now);
        _accounts[entry] = new Account();
        _queues[0].Add(entry);
    }

    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        BoostUntil(now);
        List<SchedulingEntry> queue = _queues.First(static queue => queue.Count > 0);
        SchedulingEntry entry = queue[0];
        queue.RemoveAt(0);
        slice = Math.Min(levels[_accounts[entry].Level].Quantum - _accounts[entry].Used, _nextBoost - now);
        return entry;
    }

    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        BoostUntil(now - 1);
        bool usedUp = Charge(_accounts[entry], ran);
        List<SchedulingEntry> queue = _queues[_accounts[entry].Level];
        queue.Insert(usedUp ? queue.Count : 0, entry);
    }

    protected override void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
        BoostUntil(now - 1);
        if (renews)
        {
            _accounts[entry].Slices = 0;
        }

        if (!Charge(_accounts[entry], ran) && renews)
        {
            _accounts[entry].Used = 0;
        }
    }

    protected override void OnWoken(SchedulingEntry entry, long now)
    {
        BoostUntil(now);
        _queues[_accounts[entry].Level].Add(entry);
    }

    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => _accounts.Remove(entry);

    protected override void OnRemoved(SchedulingEntry entry)
    {
        _queues[_accounts[entry].Level].Remove(entry);
        _accounts.Remove(entry);
    }

    private bool Charge(Account account, long ran)
    {
        account.Used += ran;
        if (account.Used < levels[account.Level].Quantum)
        {
            return false;
        }

        account.Used = 0;
        account.Slices++;
        if (account.Slices == levels[account.Level].Allotment)
        {
            account.Slices = 0;
            account.Level = Math.Min(account.Level + 1, levels.Length - 1);
        }

        return true;
    }

    private void BoostUntil(long now)
    {
        for (; _nextBoost <= now; _nextBoost += _boost)
        {
            for (int level = levels.Length - 1; level > 0; level--)
            {
                _queues[0].AddRange(_queues[level]);
                _queues[level].Clear();
            }

            foreach (SchedulingEntry entry in _accounts.Keys)
            {
                _accounts[entry] = new Account();
            }
        }
    }

    private sealed class Account
    {
        public int Level { get; set; }

        public long Used { get; set; }

        public int Slices { get; set; }
    }
}
