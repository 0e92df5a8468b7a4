using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Some bring permits, several at a time, others take them for good. In the end nothing is left.</summary>
internal sealed class TokenTrial : Trial
{
    private readonly Synchronizer _semaphore;
    private readonly ISemaphore[] _semaphores;
    private readonly int[] _brought;
    private readonly int[] _taken;
    private readonly bool[] _isTrying;
    private int _given;
    private int _got;

    public TokenTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _semaphore = (Synchronizer)scheduler.Simulation.Scope.CreateSemaphore(0);
        _semaphores = Attach<ISemaphore>(_semaphore);
        _brought = new int[Mortals];
        _taken = new int[Mortals];
        _isTrying = [.. Enumerable.Range(0, Mortals).Select(_ => chance.OneIn(3))];
        for (int i = chance.Between(1, 5); i > 0; i--)
        {
            int taker = chance.Below(Mortals);
            _taken[taker]++;
            _brought[(taker + chance.Between(1, Mortals - 1)) % Mortals]++;
        }
    }

    public override void End()
    {
        Check(((ISemaphore)_semaphore).CurrentCount == 0, "permits are left at the end");
        CheckAtRest(_semaphore);
    }

    protected override void Act(int unit)
    {
        ISemaphore semaphore = _semaphores[unit];
        for (int left = _brought[unit]; left > 0;)
        {
            int count = Chance.Between(1, left);
            left -= count;
            _given += count;
            semaphore.Release(count);
        }

        for (int i = 0; i < _taken[unit]; i++)
        {
            if (!_isTrying[unit] || !semaphore.Wait(SomeTime(), CancellationToken.None, string.Empty))
            {
                semaphore.Wait(CancellationToken.None, string.Empty);
            }

            _got++;
            Check(_got <= _given, $"{_got} permits were taken of {_given}");
        }
    }
}
