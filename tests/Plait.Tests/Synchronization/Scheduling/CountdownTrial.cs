using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Some signal, some wait, some raise the count and signal once more. Nobody passes before all have signalled.</summary>
internal sealed class CountdownTrial : Trial
{
    private readonly Synchronizer _countdown;
    private readonly ICountdown[] _countdowns;
    private readonly int[] _signals;
    private readonly bool[] _isRaising;
    private readonly bool[] _isWaiting;
    private readonly TimeSpan[] _timeouts;
    private readonly int _total;
    private int _begun;
    private int _last;

    public CountdownTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _signals = [.. Enumerable.Range(0, Mortals).Select(_ => chance.Below(3))];
        _signals[chance.Below(Mortals)]++;
        _isRaising = [.. Enumerable.Range(0, Mortals).Select(_ => chance.OneIn(4))];
        _isWaiting = [.. Enumerable.Range(0, Mortals).Select(_ => !chance.OneIn(4))];
        _timeouts = [.. Enumerable.Range(0, Mortals).Select(_ => chance.OneIn(3) ? SomeTime() : Timeout.InfiniteTimeSpan)];
        _total = _signals.Sum();
        _countdown = (Synchronizer)scheduler.Simulation.Scope.CreateCountdown(_total);
        _countdowns = Attach<ICountdown>(_countdown);
    }

    public override void End()
    {
        Check(_last == 1 || Scheduler.Deaths > 0, $"{_last} signals were the last");
        Check(((ICountdown)_countdown).IsSet, "signals are missing at the end");
        CheckAtRest(_countdown);
    }

    protected override void Act(int unit)
    {
        ICountdown countdown = _countdowns[unit];
        if (_isRaising[unit] && countdown.TryAddCount())
        {
            Step();
            Signal(countdown);
        }

        for (int i = 0; i < _signals[unit]; i++)
        {
            _begun++;
            Signal(countdown);
            Step();
        }

        if (_isWaiting[unit])
        {
            bool isPassed = countdown.Wait(_timeouts[unit], CancellationToken.None, string.Empty);
            Check(isPassed || _timeouts[unit] != Timeout.InfiniteTimeSpan, "a wait without end ended");
            Check(!isPassed || _begun == _total || Scheduler.Deaths > 0, $"unit {unit} passed after {_begun} of {_total} signals");
        }
    }

    // Whatever the dead one would have signalled. Who lives may find nothing left to signal.
    protected override void MakeUp(int unit) => _countdowns[unit].Reset(0);

    private void Signal(ICountdown countdown)
    {
        try
        {
            if (countdown.Signal())
            {
                _last++;
            }
        }
        catch (SynchronizationException) when (Scheduler.Deaths > 0)
        {
            // Nothing was left to signal.
        }
    }
}
