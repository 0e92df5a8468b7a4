using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// Producers and consumers of things, with an event to say that there are some. One that resets itself lets one consumer through, who
/// sets it again for the next; a manual one is reset by a consumer that finds nothing, who then looks again.
/// </summary>
internal sealed class EventTrial : Trial
{
    private readonly Synchronizer _event;
    private readonly IEvent[] _events;
    private readonly bool _isAutomatic;
    private readonly int[] _produced;
    private readonly int[] _wanted;
    private readonly TimeSpan[] _timeouts;
    private int _things;
    private int _sets;
    private int _passed;
    private bool _isClosed;

    public EventTrial(Scheduler scheduler, Chance chance, EventMode mode)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _isAutomatic = mode == EventMode.Auto;
        _event = (Synchronizer)scheduler.Simulation.Scope.CreateEvent(mode: mode);
        _events = Attach<IEvent>(_event);
        _produced = new int[Mortals];
        _wanted = new int[Mortals];
        _timeouts = [.. Enumerable.Range(0, Mortals).Select(_ => chance.OneIn(3) ? SomeTime() : Timeout.InfiniteTimeSpan)];
        for (int i = chance.Between(1, 4); i > 0; i--)
        {
            int consumer = chance.Below(Mortals);
            _wanted[consumer]++;
            _produced[(consumer + chance.Between(1, Mortals - 1)) % Mortals]++;
        }
    }

    // Of a waiter that was let through, and of whoever gives that back: one more may pass then.
    public override int MostDeaths => 1;

    public override void End()
    {
        Check(_things == 0 || Scheduler.Deaths > 0, $"{_things} things are left at the end");
        CheckAtRest(_event);
    }

    protected override void Act(int unit)
    {
        IEvent signal = _events[unit];
        for (int i = 0; i < _produced[unit]; i++)
        {
            _things++;
            Set(signal);
        }

        for (int i = 0; i < _wanted[unit]; i++)
        {
            Consume(unit, signal);
        }
    }

    // What the dead one would have produced will not come.
    protected override void MakeUp(int unit)
    {
        _isClosed = true;
        Set(_events[unit]);
    }

    private void Set(IEvent signal)
    {
        _sets++;
        signal.Set();
        Step();
    }

    private void Consume(int unit, IEvent signal)
    {
        while (_things == 0 && !_isClosed)
        {
            if (!_isAutomatic)
            {
                signal.Reset();
                if (_things > 0 || _isClosed)
                {
                    // Came before the reset, which nobody will make up for.
                    Set(signal);
                    continue;
                }
            }

            TimeSpan timeout = _timeouts[unit];
            _timeouts[unit] = Timeout.InfiniteTimeSpan;
            bool isPassed = signal.Wait(timeout, CancellationToken.None, string.Empty);
            _passed += isPassed ? 1 : 0;
            Check(isPassed || timeout != Timeout.InfiniteTimeSpan, "a wait without end ended");
            Check(!isPassed || _sets > 0, "passed, though it was never set");
            Check(!_isAutomatic || _passed <= _sets + Scheduler.Deaths, $"{_passed} waits were let through by {_sets} settings");
            Step();
        }

        _things = Math.Max(0, _things - 1);
        if (_isAutomatic && (_things > 0 || _isClosed))
        {
            Set(signal);
        }
    }
}
