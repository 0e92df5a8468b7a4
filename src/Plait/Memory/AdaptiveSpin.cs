using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// A brief spin before a sleep, as long as it has paid lately or would have: a wait that the spin ends doubles the budget,
/// and so does a sleep shorter than <see cref="WorthSpinning"/>; a longer one halves it. Judging the sleep by its length is
/// what gets two sides that wait for each other back to spinning: each one's sleep is mostly the other's wake-up. With one
/// usable processor nobody spins: the other side could not run meanwhile. Used by one thread at a time.
/// </summary>
internal sealed class AdaptiveSpin
{
    // In looks, each with a pause of about 40 ns between: 1 to 40 microseconds.
    private const int Minimum = 32;
    private const int Maximum = 1024;

    /// <summary>Nanoseconds that a sleep and its two wake-ups cost anyway.</summary>
    private const long WorthSpinning = 25_000;

    private static readonly bool CanSpin = ProcessCalls.GetAffinity(0).Length > 1;

    private int _budget = 128;

    /// <summary>Set to 0 in a process's environment, it never spins: for machines with better things to do, and to measure wake-ups.</summary>
    public const string Variable = "PLAIT_SPIN";

    /// <summary>Off makes every wait a sleep.</summary>
    public static bool IsEnabled { get; set; } = Environment.GetEnvironmentVariable(Variable) != "0";

    /// <summary>Spins until <paramref name="isReady"/> or until the budget is used up; true when it became ready.</summary>
    public bool Until<T>(T state, Func<T, bool> isReady)
    {
        if (!CanSpin || !IsEnabled)
        {
            return isReady(state);
        }

        int budget = _budget;
        for (int i = 0; i < budget; i++)
        {
            if (isReady(state))
            {
                _budget = Math.Min(Maximum, budget * 2);
                return true;
            }

            Thread.SpinWait(1);
        }

        return false;
    }

    /// <summary>Tells how long the sleep was that followed a spin in vain.</summary>
    public void Slept(long nanoseconds) =>
        _budget = nanoseconds < WorthSpinning ? Math.Min(Maximum, _budget * 2) : Math.Max(Minimum, _budget / 2);
}
