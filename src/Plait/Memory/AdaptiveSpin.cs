using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// A brief spin before a sleep, as long as it has paid lately: each wait that the spin ends doubles the budget, each one
/// that ends in a sleep halves it. With one usable processor nobody spins: the other side could not run meanwhile.
/// Used by one thread at a time.
/// </summary>
internal sealed class AdaptiveSpin
{
    private const int Minimum = 16;
    private const int Maximum = 4096;
    private const int PausesPerLook = 4;

    private static readonly bool CanSpin = ProcessCalls.GetAffinity(0).Length > 1;

    private int _budget = 256;

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

            Thread.SpinWait(PausesPerLook);
        }

        _budget = Math.Max(Minimum, budget / 2);
        return false;
    }
}
