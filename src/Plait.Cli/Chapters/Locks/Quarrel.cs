using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

/// <summary>Units that need two locks at a time, and do not all take the same one first.</summary>
internal static class Quarrel
{
    /// <summary>The same program for so many threads of this process: every second one takes the locks in the other order.</summary>
    /// <param name="context">The chapter.</param>
    /// <param name="threads">How many.</param>
    /// <param name="one">Taken first by half of them.</param>
    /// <param name="other">Taken first by the other half.</param>
    /// <param name="sameOrder">Whether all take them in one order.</param>
    /// <returns>How many threads got both locks in the end, and the reports of the deadlocks on the way.</returns>
    public static (int Ended, IReadOnlyList<DeadlockReport> Reports) Run(ChapterContext context, int threads, ILock one, ILock other, bool sameOrder = false)
    {
        using IEvent hasOne = one.Scope.CreateEvent();
        using IEvent hasOther = one.Scope.CreateEvent();
        var found = new System.Collections.Concurrent.ConcurrentQueue<DeadlockReport>();
        int ended = 0;
        var moment = TimeSpan.FromMilliseconds(sameOrder || one == other ? 5 : 500);
        Crew.Run(context, threads, number => Interlocked.Add(ref ended, sameOrder || number % 2 == 0
            ? TakeBoth(one, other, hasOne, hasOther, moment, found.Enqueue)
            : TakeBoth(other, one, hasOther, hasOne, moment, found.Enqueue)));
        return (ended, [.. found]);
    }

    /// <summary>
    /// One unit: takes the first lock, lets others take the second, and takes that. Told of a deadlock it releases what it has, and tries
    /// again in the other order, which is that of those it was in the way of.
    /// </summary>
    /// <returns>1 when it has had both, 0 when it gave up because it was waiting for itself.</returns>
    public static int TakeBoth(ILock first, ILock second, IEvent hasFirst, IEvent hasSecond, TimeSpan moment, Action<DeadlockReport> onDeadlock)
    {
        while (true)
        {
            try
            {
                using Hold one = first.Acquire();
                hasFirst.Set();
                hasSecond.Wait(moment);
                using Hold two = second.Acquire();
                return 1;
            }
            catch (DeadlockException deadlock)
            {
                onDeadlock(deadlock.Report!);
                if (deadlock.Report!.Units.Count == 1)
                {
                    return 0;
                }

                (first, second) = (second, first);
            }
        }
    }
}
