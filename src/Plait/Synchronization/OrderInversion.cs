using System.Globalization;
using System.Text;

namespace Plait.Synchronization;

/// <summary>
/// Locks were acquired in orders that contradict each other, at whatever times and by whatever processes: nobody need have waited. Units that do so
/// at the same time can deadlock.
/// </summary>
/// <param name="Steps">The orders, each by whom it was seen first. What one acquired the next one held; what the last one acquired the first one held.</param>
public sealed record OrderInversion(IReadOnlyList<OrderStep> Steps)
{
    /// <summary>The report for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Steps.Count == 1
            ? "Lock order: two locks of one class were held together, which two units may do in opposite orders. No deadlock has happened yet:"
            : "Lock order: locks were acquired in contradicting orders. No deadlock has happened yet:");
        for (int i = 0; i < Steps.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {i + 1}. {Steps[i]}");
        }

        return text.Append(Steps.Count == 1
            ? "\nIf they are always taken in one order, say so with Nested(level), or give them classes of their own (LockOptions.OrderClass)."
            : "\nTake them in one order everywhere. If the two can never meet, say so with DeadlockDetection.AllowOrder.").ToString();
    }
}

/// <summary>A unit acquired a lock while it held another.</summary>
/// <param name="Held">The class of the lock that it held: its name, or where it was made.</param>
/// <param name="HeldAt">Where in the source it had acquired that.</param>
/// <param name="Acquired">The class of the lock that it acquired.</param>
/// <param name="AcquiredAt">Where.</param>
/// <param name="Unit">Who was the first to do so.</param>
public sealed record OrderStep(string Held, string HeldAt, string Acquired, string AcquiredAt, UnitIdentity Unit)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Unit} held '{Held}' (acquired at {HeldAt}) when it acquired '{Acquired}' at {AcquiredAt}";
}
