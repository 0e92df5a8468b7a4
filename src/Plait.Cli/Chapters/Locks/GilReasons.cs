using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

/// <summary>Why an interpreter has a global lock, and why programs need locks of their own even so.</summary>
internal static class GilReasons
{
    private const int Threads = 4;
    private const int References = 5_000;

    /// <summary>Threads that take references to one object, each of which adds one to the object's count in a single step.</summary>
    /// <returns>How many references there are, and what the count says.</returns>
    public static (int Taken, int Counted) CountReferences(ChapterContext context, bool hasGlobalLock)
    {
        int count = 0;
        Run(context, hasGlobalLock, (me, _, others) =>
        {
            for (int i = 0; i < References; i++)
            {
                int read = count;
                if (i == 0)
                {
                    // The moment between the reading and the writing, as long as it can be.
                    others();
                }

                count = read + 1;
                me.Step();
            }
        });
        return (Threads * References, count);
    }

    /// <summary>Threads that take one each from a number, with input between the reading and the writing.</summary>
    /// <returns>What is left of as many as there are threads.</returns>
    public static int TakeAll(ChapterContext context, bool hasOwnLock)
    {
        int number = Threads;
        Run(context, hasGlobalLock: true, (me, own, others) =>
        {
            Hold hold = default;
            if (hasOwnLock)
            {
                // To wait for a lock is to block: with the global lock in hand nobody could ever release this one.
                me.Block(() => hold = own.Acquire(context.Cancellation));
            }

            int read = number;
            me.Block(others);
            number = read - 1;
            hold.Dispose();
        });
        return number;
    }

    private static void Run(ChapterContext context, bool hasGlobalLock, Action<Interpreted, ILock, Action> code)
    {
        using var scope = ThreadScope.Create();
        ILock? global = hasGlobalLock ? Interpreted.CreateLock(scope) : null;
        using ILock own = scope.CreateLock();
        using ICountdown unread = scope.CreateCountdown(Threads);
        var running = new Gauge();
        Crew.Run(context, Threads, _ =>
        {
            using var me = new Interpreted(global, running);
            code(me, own, () =>
            {
                // Long enough for all the others, if only they can run.
                unread.Signal();
                unread.Wait(TimeSpan.FromMilliseconds(hasGlobalLock ? 20 : 5_000), context.Cancellation);
            });
        });
    }
}
