using Plait.Queues;
using Plait.Queues.Engine;
using Plait.Tests.Synchronization.Scheduling;

namespace Plait.Tests.Queues.Schedules;

/// <summary>
/// Two units that put and two that lease, complete and give back. Whoever dies: nothing that was put is lost, and nothing is done twice but what a dead one was just
/// saying to be done.
/// </summary>
internal sealed class LeaseTrial : Trial
{
    private const int Producers = 2;
    private const int Unit = 100;

    private readonly ScopeQueue<double[]> _queue;
    private readonly ILeaseQueue<double[]>[] _queues;
    private readonly (int Kind, TimeSpan Timeout)[][] _calls;
    private readonly bool[] _isProducerCounted = new bool[Producers];
    private readonly HashSet<int> _began = [];
    private readonly HashSet<int> _put = [];
    private readonly HashSet<int> _done = [];
    private readonly HashSet<int> _perhapsDone = [];
    private long _givenBack;
    private int _producersLeft = Producers;

    public LeaseTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, mortals: 4)
    {
        var queue = (LeaseQueue<double[]>)scheduler.Simulation.Scope.CreateLeaseQueue<double[]>(chance.OneIn(3) ? Capacity.Unbounded : chance.Between(1, 3));
        _queue = queue;
        _queues = [.. scheduler.Simulation.Units.Take(Units).Select(unit => (ILeaseQueue<double[]>)QueueFactory.Attach<double[]>(QueueParts.Attach(unit.Scope, queue.Parts.Index), [], priority: null))];
        _calls = [.. Enumerable.Range(0, Mortals).Select(_ => Enumerable.Range(0, Chance.Between(1, 3)).Select(_ => (Chance.Below(6), SomeTime())).ToArray())];
    }

    // Who stands in for a dead producer does so for one.
    public override int MostDeaths => 1;

    public override void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        QueueStatistics statistics = _queue.GetStatistics();
        Check(statistics.Puts >= _put.Count && statistics.Puts <= _began.Count, $"{_put.Count} of {_began.Count} items were put: {statistics}");
        Check(statistics.Puts + statistics.Redelivered - statistics.Gets == statistics.Count, $"the counts do not agree: {statistics}");
        Check(statistics.Redelivered >= _givenBack && (Scheduler.Deaths > 0 || statistics.Redelivered == _givenBack), $"{_givenBack} were given back: {statistics}");
        Check(statistics.Abandoned == 0, $"leases are never abandoned: {statistics}");

        // Who came back after the others had ended is still there.
        int[] left = [.. _queue.ToDrainedQuietly().Select(Items.Read)];
        Check(left.Length == statistics.Count && (left.Length == 0 || Scheduler.Deaths > 0), $"{left.Length} items are left: {statistics}");
        foreach (int number in left)
        {
            Check(_done.Add(number), $"{number} is done, and came back");
        }

        int[] lost = [.. _put.Except(_done).Except(_perhapsDone)];
        Check(lost.Length == 0, $"lost: {string.Join(' ', lost)}");
        Check(_queue.UnfinishedTasks == 0, $"there is work left: {_queue.GetStatistics()}");
        List<string> wrong = Deaths.HeapAudit.Of(Scheduler.Simulation.Memory);
        Check(wrong.Count == 0, string.Join("; ", wrong));
    }

    protected override void Act(int unit)
    {
        if (unit >= Producers)
        {
            Consume(unit);
            return;
        }

        int next = unit * Unit;
        foreach ((int kind, TimeSpan timeout) in _calls[unit])
        {
            int number = next++;
            _began.Add(number);
            bool isPut = true;
            if (kind < 2)
            {
                isPut = _queues[unit].TryPut(Items.Make<double[]>(number), timeout, CancellationToken.None, string.Empty);
            }
            else
            {
                _queues[unit].Put(Items.Make<double[]>(number), CancellationToken.None, string.Empty);
            }

            _ = isPut ? _put.Add(number) : _began.Remove(number);
        }

        ProducerEnds(unit, unit);
    }

    protected override void MakeUp(int unit)
    {
        for (int other = 0; other < Producers; other++)
        {
            if (Scheduler.IsDead(other))
            {
                ProducerEnds(unit, other);
            }
        }

        Consume(unit);
    }

    // The last one waits for the work, and ends the queue then: what comes back until then finds somebody.
    private void ProducerEnds(int unit, int producer)
    {
        if (!_isProducerCounted[producer])
        {
            _isProducerCounted[producer] = true;
            _producersLeft--;
        }

        // Who stands in is needed for the work.
        if (_producersLeft == 0)
        {
            if (unit < Mortals)
            {
                _queues[unit].Join(CancellationToken.None, string.Empty);
            }

            _queues[unit].Shutdown();
        }
    }

    private void Consume(int unit)
    {
        ILeaseQueue<double[]> queue = _queues[unit];
        try
        {
            for (int call = 0; ; call++)
            {
                (int kind, TimeSpan timeout) = unit < Mortals ? _calls[unit][call % _calls[unit].Length] : (5, TimeSpan.Zero);
                if (kind != 1 || !queue.TryLease(timeout, out QueueLease<double[]>? lease, CancellationToken.None, string.Empty))
                {
                    lease = queue.Lease(CancellationToken.None, string.Empty);
                }

                // What a dead one held is not to come back by a finalizer, into the memory of another schedule.
#pragma warning disable CA1816
                GC.SuppressFinalize(lease);
#pragma warning restore CA1816
                int number = Items.Read(lease.Item);
                Check(_began.Contains(number), $"unit {unit} leased {number}, which nobody put");
                Check(!_done.Contains(number), $"unit {unit} leased {number}, which was done");
                Step();
                if (kind < 3 && call < 3)
                {
                    lease.Dispose();
                    _givenBack++;
                    continue;
                }

                _perhapsDone.Add(number);
                lease.Complete();
                _perhapsDone.Remove(number);
                Check(_done.Add(number), $"{number} is done twice");
            }
        }
        catch (QueueShutdownException)
        {
            Check(_producersLeft == 0 || Scheduler.Deaths > 0, "it was shut down before all who put had ended");
        }
    }
}
