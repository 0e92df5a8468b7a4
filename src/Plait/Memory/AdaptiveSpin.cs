using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// A brief spin before a sleep, as long as it has paid lately or would have: a wait that the spin ends doubles the budget,
/// and so does a sleep shorter than <see cref="WorthSpinning"/>; a longer one halves it. Judging the sleep by its length is
/// what gets two sides that wait for each other back to spinning: each one's sleep is mostly the other's wake-up. When even the
/// longest spin was in vain, it stops for a number of sleeps, each time for twice as many: the processors are busy, and the other side
/// runs only when this one sleeps. With one usable processor nobody spins at all. Used by one thread at a time.
/// </summary>
/// <param name="lookCost">What a look costs, in the pauses between looks: 1 for a word in memory, more where a look is a system call.</param>
internal sealed class AdaptiveSpin(int lookCost = 1)
{
    // In looks, each with a pause of about 40 ns between: 1 to 40 microseconds.
    private const int Minimum = 32;
    private const int Maximum = 1024;

    /// <summary>Nanoseconds that a sleep and its two wake-ups cost anyway.</summary>
    private const long WorthSpinning = 25_000;

    private static readonly bool HasProcessors = ProcessCalls.GetAffinity(0).Length > 1;

    // In sleeps.
    private const int ShortestRest = 64;
    private const int LongestRest = 4096;

    private int _budget = 128;
    private int _rest;
    private int _nextRest = ShortestRest;

    /// <summary>Set to 0 in a process's environment, it never spins: for machines with better things to do, and to measure wake-ups.</summary>
    public const string Variable = "PLAIT_SPIN";

    /// <summary>Off makes every wait a sleep.</summary>
    public static bool IsEnabled { get; set; } = Environment.GetEnvironmentVariable(Variable) != "0";

    /// <summary>Whether a spin is of any use here, and wanted.</summary>
    public static bool CanSpin => HasProcessors && IsEnabled;

    /// <summary>Spins until <paramref name="isReady"/> or until the budget is used up; true when it became ready.</summary>
    public bool Until<T>(T state, Func<T, bool> isReady)
    {
        if (!CanSpin)
        {
            return isReady(state);
        }

        if (_rest > 0)
        {
            _rest--;
            return isReady(state);
        }

        int budget = _budget;
        for (int i = 0; i < budget; i += lookCost)
        {
            if (isReady(state))
            {
                _budget = Math.Min(Maximum, budget * 2);
                _nextRest = ShortestRest;
                return true;
            }

            Thread.SpinWait(1);
        }

        return false;
    }

    /// <summary>Tells how long the sleep was that followed a spin in vain.</summary>
    public void Slept(long nanoseconds)
    {
        if (_rest > 0)
        {
            return;
        }

        if (nanoseconds >= WorthSpinning)
        {
            _budget = Math.Max(Minimum, _budget / 2);
        }
        else if (_budget < Maximum)
        {
            _budget = Math.Min(Maximum, _budget * 2);
        }
        else
        {
            _budget = Minimum;
            _rest = _nextRest;
            _nextRest = Math.Min(LongestRest, _nextRest * 2);
        }
    }
}
