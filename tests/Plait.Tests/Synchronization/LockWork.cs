using Plait.Synchronization;
using Plait.Tests.Execution;

namespace Plait.Tests.Synchronization;

/// <summary>What units of the tests do with a lock.</summary>
internal static class LockWork
{
    /// <summary>Adds one to the second number again and again, in steps that only a lock makes one. Returns how often somebody else was inside.</summary>
    public static int Count(ILock gate, string path, int times)
    {
        using var numbers = new Numbers(path);
        int intrusions = 0;
        for (int i = 0; i < times; i++)
        {
            using (gate.Acquire())
            {
                intrusions += Enter(numbers);
            }
        }

        return intrusions;
    }

    /// <summary>Acquires, waits at a gate, releases. Returns what it saw: held, held by it, by it after the release.</summary>
    public static string Keep(ILock gate, string path)
    {
        Hold hold = gate.Acquire();
        Gate.Pass(path);
        string seen = $"{gate.IsHeld} {gate.IsHeldByCaller}";
        hold.Release();
        return $"{seen} {gate.IsHeldByCaller}";
    }

    /// <summary>Acquires, writes its number down, releases.</summary>
    public static int Note(ILock gate, string path, int number)
    {
        using (gate.Acquire())
        {
            Numbers.Append(path, number);
        }

        return number;
    }

    /// <summary>Acquires and ends without a release. Returns its process id.</summary>
    public static int Forget(ILock gate)
    {
        _ = gate.Acquire();
        return Environment.ProcessId;
    }

    /// <summary>Tries in every way that does not wait for long. Returns how often it acquired.</summary>
    public static int Try(ILock gate)
    {
        int acquired = 0;
        foreach (TimeSpan timeout in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(20) })
        {
            acquired += gate.TryAcquire(timeout, out Hold hold) ? 1 : 0;
            hold.Dispose();
        }

        acquired += gate.TryAcquire(out Hold last) ? 1 : 0;
        last.Dispose();
        return acquired;
    }

    /// <summary>Between two readings of one number nobody else may come: what a lock is for. Returns 1 when somebody did.</summary>
    public static int Enter(Numbers numbers)
    {
        int inside = numbers.Add(2);
        int value = numbers[1];
        numbers[1] = value + 1;
        numbers[2] = inside - 1;
        return inside == 1 ? 0 : 1;
    }
}
