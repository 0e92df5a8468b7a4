using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// A small program that several units run together on one primitive, made anew for each schedule. What it keeps for itself needs no
/// care: one unit runs at a time. Whatever it finds wrong it says by <see cref="Scheduler.Check"/>.
/// </summary>
/// <remarks>
/// Where units may die there is one more, which waits for a death, buries the dead one at the same time as others do, or does not, and
/// gives those who live what the dead one would have given them.
/// </remarks>
internal abstract class Trial
{
    private readonly bool _isBurying;

    protected Trial(Scheduler scheduler, Chance chance, int mortals)
    {
        Scheduler = scheduler;
        Chance = chance;
        Mortals = mortals;
        Units = scheduler.MayDie ? mortals + 1 : mortals;
        _isBurying = chance.OneIn(2);
    }

    /// <summary>All, with who waits for deaths.</summary>
    public int Units { get; }

    public int Mortals { get; }

    /// <summary>How many of them may die in one schedule.</summary>
    public virtual int MostDeaths => 2;

    protected Scheduler Scheduler { get; }

    protected Chance Chance { get; }

    public void Run(int unit)
    {
        if (unit < Mortals)
        {
            Act(unit);
        }
        else if (Scheduler.AwaitDeath())
        {
            if (_isBurying)
            {
                Scheduler.Unit(unit).Memory.Liveness.SweepAll();
            }

            MakeUp(unit);
        }
    }

    /// <summary>All have ended: looks at what is left.</summary>
    public abstract void End();

    /// <summary>What the unit does. On its thread.</summary>
    protected abstract void Act(int unit);

    /// <summary>Somebody has died: does what others rely on.</summary>
    protected virtual void MakeUp(int unit)
    {
    }

    /// <summary>The primitive as each unit's process sees it.</summary>
    protected T[] Attach<T>(Synchronizer target) => [.. Scheduler.Simulation.Units.Take(Units).Select(unit => (T)(object)unit.Scope.Attach(target.Index))];

    /// <summary>A timeout so short that the engine's interval is not reached, however many follow each other.</summary>
    protected TimeSpan SomeTime() => TimeSpan.FromMilliseconds(Chance.Between(1, 2));

    protected void Check(bool fact, string what) => Scheduler.Check(fact, what);

    /// <summary>Now and then the hold is handed over to the process, which changes nothing for others.</summary>
    protected Hold PerhapsHandedOver(Hold hold) => Chance.OneIn(6) ? hold.HandOver() : hold;

    /// <summary>Others may come between.</summary>
    protected void Step() => Scheduler.Between();

    /// <summary>What must hold of every record when nobody uses it.</summary>
    protected unsafe void CheckAtRest(Synchronizer target)
    {
        Plait.Memory.ObjectRecord* record = target.Record;
        Check(record->QueueHead == 0 && record->QueueTail == 0 && record->QueueLength == 0, $"{record->QueueLength} are in the queue at the end");

        // Who dies inside the guard is found by the next who comes, and perhaps nobody came.
        Check((record->Guard == 0 && record->Journal == 0) || Scheduler.Deaths > 0, $"the guard is {record->Guard:x} and the journal {record->Journal:x} at the end");
    }
}
