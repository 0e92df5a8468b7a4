using System.Diagnostics;
using Plait.Benchmarks.Executor;
using Plait.Benchmarks.Peers;
using Plait.Execution;
using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>A process that holds a lock is killed while another process waits for it: the time until that one has the lock.</summary>
internal static class OwnerDeathOurs
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly Lazy<(ILock Gate, IEvent Holds, IEvent Waits)> Shared = new(static () =>
    {
        var scope = ProcessScope.Create("bench-owner-death");
        return (scope.CreateLock("gate"), scope.CreateEvent(mode: EventMode.Auto), scope.CreateEvent(mode: EventMode.Auto));
    });

    /// <summary>Kills so many holders, one after another; for each, the milliseconds from the signal to the acquire in the other process.</summary>
    public static double[] KillToAcquireMilliseconds(int kills)
    {
        var (gate, holds, _) = Shared.Value;
        ProcessExecutor waiter = Waiter();
        double[] samples = new double[kills];
        for (int i = 0; i < kills; i++)
        {
            using ChildProcess holder = ChildProcess.Start(Hold, gate, holds);
            WaitFor(holds);
            Future<Taken> next = waiter.Submit(Take, gate);
            WaitUntilWaiting(gate);
            samples[i] = Kill(holder, next);
        }

        return samples;
    }

    /// <summary>The same with .NET's named mutex.</summary>
    public static double[] MutexKillToAcquireMilliseconds(int kills)
    {
        var (_, holds, waits) = Shared.Value;
        ProcessExecutor waiter = Waiter();
        using var mutex = new NamedMutex($"plait-bench-death-{Environment.ProcessId}");
        double[] samples = new double[kills];
        for (int i = 0; i < kills; i++)
        {
            using ChildProcess holder = ChildProcess.Start(HoldMutex, mutex.Name, holds);
            WaitFor(holds);
            Future<Taken> next = waiter.Submit(TakeMutex, mutex.Name, waits);
            WaitFor(waits);

            // It tells nobody who waits for it: a moment to get there.
            Pause(Settled);
            samples[i] = Kill(holder, next);
        }

        return samples;
    }

    private static ProcessExecutor Waiter() => ExecutorPools.Of("owner death", workers: 1);

    private static double Kill(ChildProcess holder, Future<Taken> next)
    {
        long killed = Stopwatch.GetTimestamp();
        holder.Kill();
        Taken taken = next.Result();
        holder.Join();
        return taken.IsAbandoned
            ? Stopwatch.GetElapsedTime(killed, taken.At).TotalMilliseconds
            : throw new InvalidOperationException("The lock of a killed process was acquired without a word that it was abandoned.");
    }

    private static void Hold(ILock gate, IEvent holds)
    {
        Hold kept = gate.Acquire();
        holds.Set();
        Hang();
        kept.Release();
    }

    private static Taken Take(ILock gate)
    {
        using Hold hold = gate.Acquire();
        return new Taken(Stopwatch.GetTimestamp(), hold.IsAbandoned);
    }

    private static void HoldMutex(string name, IEvent holds)
    {
        using var mutex = new NamedMutex(name);
        mutex.Keep();
        holds.Set();
        Hang();
    }

    private static Taken TakeMutex(string name, IEvent waits)
    {
        using var mutex = new NamedMutex(name);
        waits.Set();
        var (acquired, isAbandoned) = mutex.Take();
        return new Taken(acquired, isAbandoned);
    }

    private static void Hang()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne();
    }

    private static void WaitFor(IEvent happened)
    {
        if (!happened.Wait(Limit))
        {
            throw new TimeoutException($"A process that was to hold or to wait for a lock did neither within {Limit}.");
        }
    }

    private static void WaitUntilWaiting(ILock gate)
    {
        long start = Stopwatch.GetTimestamp();
        while (gate.GetStatistics().Waiting != 1)
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Nobody waits for {gate.Name} after {Limit}: {gate.GetStatistics()}.");
            }

            // No event tells that somebody waits, so look again without one.
            Pause(LookAgain);
        }
    }

    private static void Pause(TimeSpan time)
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne(time);
    }

    /// <summary>An acquire in the other process.</summary>
    /// <param name="At">When, by <see cref="Stopwatch"/>, which all processes of a machine share.</param>
    /// <param name="IsAbandoned">Whether it was told that the holder had died.</param>
    internal readonly record struct Taken(long At, bool IsAbandoned);
}
