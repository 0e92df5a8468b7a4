using Plait.Scheduling;

namespace Plait.Tests.Scheduling;

/// <summary>The references: each looks at every waiting entry each time, and keeps what it knows in a table beside it. Slow, and plain enough to be seen to be right.</summary>
internal abstract class NaivePolicy(long quantum = SchedulingTime.Unlimited) : SchedulingPolicy
{
    /// <summary>The waiting entries, the first to run at the front where the order is one of places.</summary>
    protected List<SchedulingEntry> Waiting { get; } = [];

    protected Dictionary<SchedulingEntry, Record> Records { get; } = [];

    protected int Arrivals { get; private set; }

    public override string Name => "naive";

    protected long Quantum { get; } = quantum;

    /// <summary>Where the next entry stands in <see cref="Waiting"/>.</summary>
    protected virtual int Choose(long now) => 0;

    protected int Best(Comparison<Record> order)
    {
        int best = 0;
        for (int i = 1; i < Waiting.Count; i++)
        {
            int sign = order(Records[Waiting[i]], Records[Waiting[best]]);
            best = sign < 0 || (sign == 0 && Records[Waiting[i]].Turn < Records[Waiting[best]].Turn) ? i : best;
        }

        return best;
    }

    protected virtual void Come(SchedulingEntry entry, Record record, long now)
    {
        record.Used = 0;
        record.Came = now;
        record.Turn = Arrivals++;
        Waiting.Add(entry);
    }

    protected override void OnAdded(SchedulingEntry entry, long now)
    {
        Records[entry] = new Record(entry);
        Come(entry, Records[entry], now);
    }

    protected override void OnWoken(SchedulingEntry entry, long now) => Come(entry, Records[entry], now);

    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        int index = Choose(now);
        SchedulingEntry entry = Waiting[index];
        Waiting.RemoveAt(index);
        slice = Quantum == SchedulingTime.Unlimited ? Quantum : Quantum - Records[entry].Used;
        return entry;
    }

    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        Record record = Records[entry];
        if (Quantum != SchedulingTime.Unlimited && record.Used + ran >= Quantum)
        {
            Come(entry, record, now);
            return;
        }

        record.Used += ran;
        Waiting.Insert(0, entry);
    }

    protected override void OnRemoved(SchedulingEntry entry) => Waiting.Remove(entry);

    internal sealed class Record(SchedulingEntry entry)
    {
        public SchedulingEntry Entry { get; } = entry;

        public long Came { get; set; }

        public int Turn { get; set; }

        public long Used { get; set; }

        public long Cost { get; set; }

        public double Pass { get; set; }
    }
}

internal sealed class NaiveFifo : NaivePolicy;

internal sealed class NaiveRoundRobin(long quantum) : NaivePolicy(quantum);

internal sealed class NaiveLifo : NaivePolicy
{
    protected override void Come(SchedulingEntry entry, Record record, long now) => Waiting.Insert(0, entry);
}

internal sealed class NaiveShortestJobFirst(long initial, bool countsRest) : NaivePolicy
{
    private readonly Dictionary<string, double> _guesses = [];

    public override bool IsPreemptive => countsRest;

    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now) =>
        countsRest && Rest(Records[waiting]) < Math.Max(0, Rest(Records[running]) - ran);

    protected override int Choose(long now) => Best((a, b) => Rest(a).CompareTo(Rest(b)));

    protected override void Come(SchedulingEntry entry, Record record, long now)
    {
        base.Come(entry, record, now);
        record.Cost = entry.ExpectedCost > 0 ? entry.ExpectedCost : FourBits((long)Guess(entry.Name));
    }

    protected override void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
        if (entry.Name is { } name)
        {
            _guesses[name] = (0.5 * (Records[entry].Used + ran)) + (0.5 * Guess(name));
        }
    }

    protected override void OnFinished(SchedulingEntry entry, long ran, long now) => OnBlocked(entry, ran, now);

    private double Guess(string? name) => name is null ? initial : _guesses.GetValueOrDefault(name, initial);

    private static long FourBits(long guess)
    {
        long unit = 1;
        while (guess / unit >= 16)
        {
            unit *= 2;
        }

        return guess / unit * unit;
    }

    private long Rest(Record record) => countsRest ? Math.Max(0, record.Cost - record.Used) : record.Cost;
}

/// <summary>Ages every waiting entry anew each time it looks: effective priority = priority - waited / interval, in exact numbers.</summary>
internal sealed class NaivePriority(long aging, long quantum, bool isPreemptive) : NaivePolicy(quantum)
{
    public override bool IsPreemptive => isPreemptive;

    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now) =>
        isPreemptive && waiting.Priority < running.Priority && Effective(Records[waiting], now) < Effective(Records[running], now);

    protected override int Choose(long now) => Best((a, b) => Effective(a, now).CompareTo(Effective(b, now)));

    private Int128 Effective(Record record, long now) =>
        aging == 0 ? record.Entry.Priority : ((Int128)record.Entry.Priority * aging) - (now - record.Came);
}

internal sealed class NaiveByDate(Func<SchedulingEntry, long> date) : NaivePolicy
{
    public override bool IsPreemptive => true;

    public override bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now) => date(waiting) < date(running);

    protected override int Choose(long now) => Best((a, b) => date(a.Entry).CompareTo(date(b.Entry)));
}

internal sealed class NaiveStride(long quantum) : NaivePolicy(quantum)
{
    private double _global;

    protected override int Choose(long now)
    {
        int best = Best(static (a, b) => a.Pass.CompareTo(b.Pass));
        _global = Math.Max(_global, Records[Waiting[best]].Pass);
        return best;
    }

    protected override void Come(SchedulingEntry entry, Record record, long now)
    {
        base.Come(entry, record, now);
        record.Pass += _global;
    }

    protected override void OnRequeued(SchedulingEntry entry, long ran, long now)
    {
        Record record = Records[entry];
        if (ran > 0)
        {
            record.Pass += (double)ran / entry.Weight;
            record.Turn = Turn();
        }

        Waiting.Add(entry);
    }

    protected override void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
        Record record = Records[entry];
        record.Pass = Math.Max(0, record.Pass + ((double)ran / entry.Weight) - _global);
    }

    private int Turn()
    {
        // A turn of its own, as an arrival has.
        var record = new Record(new SchedulingEntry<int>(0));
        base.Come(record.Entry, record, now: 0);
        Waiting.Remove(record.Entry);
        return record.Turn;
    }
}

/// <summary>Goes through the tickets of all, in the order of their places; a place that was left last is given away first.</summary>
internal sealed class NaiveLottery(long quantum, Func<long, long> draw) : NaivePolicy(quantum)
{
    private readonly List<SchedulingEntry?> _places = [];
    private readonly Stack<int> _free = new();

    protected override void Come(SchedulingEntry entry, Record record, long now)
    {
        if (_free.TryPop(out int place))
        {
            _places[place] = entry;
        }
        else
        {
            _places.Add(entry);
        }
    }

    protected override SchedulingEntry OnTake(long now, out long slice)
    {
        slice = Quantum;
        long ticket = draw(_places.Sum(static entry => (long)(entry?.Weight ?? 0)));
        int place = 0;
        for (; _places[place] is not { } entry || ticket >= entry.Weight; place++)
        {
            ticket -= _places[place]?.Weight ?? 0;
        }

        SchedulingEntry winner = _places[place]!;
        OnRemoved(winner);
        return winner;
    }

    protected override void OnRequeued(SchedulingEntry entry, long ran, long now) => Come(entry, Records[entry], now);

    protected override void OnRemoved(SchedulingEntry entry)
    {
        int place = _places.IndexOf(entry);
        _places[place] = null;
        _free.Push(place);
    }
}
