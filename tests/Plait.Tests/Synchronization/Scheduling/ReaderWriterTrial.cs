using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Readers together, a writer alone; both also try, and give up.</summary>
internal sealed class ReaderWriterTrial : Trial
{
    private readonly HeldSynchronizer _lock;
    private readonly IReaderWriterLock[] _locks;
    private readonly (bool IsReader, int Kind, TimeSpan Timeout)[][] _calls;
    private readonly bool[] _isReading;
    private int _writer = -1;

    public ReaderWriterTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _lock = (HeldSynchronizer)scheduler.Simulation.Scope.CreateReaderWriterLock();
        _locks = Attach<IReaderWriterLock>(_lock);
        _isReading = new bool[Mortals];
        _calls = [.. Enumerable.Range(0, Mortals).Select(_ => Calls())];
    }

    public override unsafe void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        var gate = (IReaderWriterLock)_lock;
        Check(gate.TryAcquireWrite(out Hold hold, string.Empty), "the lock cannot be acquired at the end");
        Check(hold.IsAbandoned || _writer < 0, "the last writer was not told of the death");
        hold.Release();
        ObjectRecord* record = _lock.Record;
        Check(record->State == 0 && record->Count == 0, $"writer {record->State:x} and {record->Count} readers at the end");
        CheckAtRest(_lock);
    }

    protected override void Act(int unit)
    {
        IReaderWriterLock gate = _locks[unit];
        foreach ((bool isReader, int kind, TimeSpan timeout) in _calls[unit])
        {
            if (!TryAcquire(gate, isReader, kind, timeout, out Hold hold))
            {
                continue;
            }

            Enter(unit, isReader, hold);
            Step();
            hold = PerhapsHandedOver(hold);
            Step();
            CheckInside(unit, isReader);
            _writer = isReader ? _writer : -1;
            _isReading[unit] = false;
            hold.Release();
        }
    }

    private static bool TryAcquire(IReaderWriterLock gate, bool isReader, int kind, TimeSpan timeout, out Hold hold)
    {
        switch (kind)
        {
            case 0:
                return isReader ? gate.TryAcquireRead(out hold, string.Empty) : gate.TryAcquireWrite(out hold, string.Empty);
            case 1 or 2:
                return isReader
                    ? gate.TryAcquireRead(timeout, out hold, CancellationToken.None, string.Empty)
                    : gate.TryAcquireWrite(timeout, out hold, CancellationToken.None, string.Empty);
            default:
                hold = isReader ? gate.AcquireRead(CancellationToken.None, string.Empty) : gate.AcquireWrite(CancellationToken.None, string.Empty);
                return true;
        }
    }

    private (bool, int, TimeSpan)[] Calls() =>
        [.. Enumerable.Range(0, Chance.Between(1, 2)).Select(_ => (Chance.OneIn(2), Chance.Below(6), SomeTime()))];

    private void Enter(int unit, bool isReader, Hold hold)
    {
        if (_writer >= 0 && Scheduler.IsDead(_writer))
        {
            Check(hold.IsAbandoned, "the next was not told of the writer's death");
            _writer = -1;
        }

        Check(!hold.IsAbandoned || Scheduler.Deaths > 0, "abandoned, but nobody died");
        CheckInside(unit, isReader);
        _writer = isReader ? _writer : unit;
        _isReading[unit] = isReader;
    }

    private void CheckInside(int unit, bool isReader)
    {
        Check(_writer < 0 || _writer == unit, $"unit {unit} is inside beside the writer {_writer}");
        for (int other = 0; other < Mortals && !isReader; other++)
        {
            Check(!_isReading[other] || Scheduler.IsDead(other), $"unit {unit} writes while unit {other} reads");
        }
    }
}
