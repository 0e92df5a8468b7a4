using Plait.Synchronization.Engine;

namespace Plait.Synchronization;

/// <summary>
/// How waits of this process look for deadlocks. A wait that has lasted for <see cref="Threshold"/> looks for a circle through itself, reads
/// it a second time, and speaks only if nothing in it has changed; the unit of the circle that began to wait last acts.
/// </summary>
/// <remarks>
/// A circle is made of waits without a timeout for locks, reentrant locks, reader-writer locks and the ends of threads (<c>WorkerThread.Join</c>, <c>JoinAsync</c>). One that has a timeout will end by itself.
/// Waits for semaphores, events, conditions, barriers and countdowns are never part of one: anybody could end them. An async flow waits from the call on,
/// whatever its branches do meanwhile; but one that waits for what it holds itself is not counted, for one of its branches may be about to release it.
/// </remarks>
public static class DeadlockDetection
{
    private static readonly HashSet<(string, string)> AllowedOrders = [];
    private static long s_threshold = TimeSpan.TicksPerSecond;

    /// <summary>How long a wait lasts before it looks. Default one second; infinite: never.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite.</exception>
    public static TimeSpan Threshold
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref s_threshold));
        set
        {
            if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "The threshold is 0 or more, or infinite to look for no deadlocks.");
            }

            Volatile.Write(ref s_threshold, value.Ticks);
        }
    }

    /// <summary>What happens to a deadlock. Default: <see cref="DeadlockPolicy.Throw"/>.</summary>
    public static DeadlockPolicy Policy { get; set; }

    /// <summary>A deadlock was proven, and this process has its youngest wait. Raised on the waiting thread, before the policy is carried out.</summary>
    public static event Action<DeadlockReport>? Detected;

    /// <summary>
    /// Whether a thread that has waited for the threshold writes down its stack, for the reports of all processes: only a thread can see its own. Default: false. Costs
    /// some milliseconds a wait that lasts so long. Async flows have no stack while they wait.
    /// </summary>
    public static bool CapturesStacks { get; set; }

    /// <summary>
    /// Whether the order in which threads and async flows acquire locks is checked. A lock belongs to a class (<see cref="LockOptions.OrderClass"/>, or its name, or where it was made). When a
    /// class was acquired under another, and ever the other way round, by whatever process of the scope, that is an inversion, and <see cref="InversionDetected"/> is raised, once.
    /// </summary>
    /// <remarks>
    /// Default: on in a program that was built without optimisation, else off; the variable PLAIT_LOCK_ORDER (1 or 0), which children inherit, and the runtime switch
    /// Plait.LockOrder (AppContext) say otherwise. It is decided for good when the first lock is made.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Set when it was decided otherwise already.</exception>
    public static bool ChecksOrder
    {
        get => LockOrder.IsOn;
        set
        {
            LockOrderChoice.Requested ??= value;
            if (LockOrder.IsOn != value)
            {
                throw new InvalidOperationException($"ChecksOrder cannot be set to {value} any more: a lock was made before. Set it first of all, or set PLAIT_LOCK_ORDER.");
            }
        }
    }

    /// <summary>An inversion of lock orders was seen for the first time. Raised on the acquiring thread, before it acquires; written to the standard error where nobody listens.</summary>
    public static event Action<OrderInversion>? InversionDetected;

    /// <summary>Says that two classes may be acquired in either order, for they can never meet: inversions with that order are not reported.</summary>
    /// <param name="oneClass">A class as reports name it.</param>
    /// <param name="otherClass">The other; the same for locks of one class.</param>
    /// <exception cref="ArgumentException">A class is empty.</exception>
    public static void AllowOrder(string oneClass, string otherClass)
    {
        ArgumentException.ThrowIfNullOrEmpty(oneClass);
        ArgumentException.ThrowIfNullOrEmpty(otherClass);
        lock (AllowedOrders)
        {
            AllowedOrders.Add((oneClass, otherClass));
            AllowedOrders.Add((otherClass, oneClass));
        }
    }

    internal static bool IsAllowed(OrderInversion inversion)
    {
        lock (AllowedOrders)
        {
            return inversion.Steps.Any(static step => AllowedOrders.Contains((step.Held, step.Acquired)));
        }
    }

    internal static void Raise(OrderInversion inversion)
    {
        if (IsAllowed(inversion))
        {
            return;
        }

        if (InversionDetected is null)
        {
            Console.Error.WriteLine($"Plait: {inversion}");
        }

        Raise(InversionDetected, inversion, nameof(InversionDetected));
    }

    internal static void Raise(DeadlockReport report) => Raise(Detected, report, nameof(Detected));

    private static void Raise<T>(Action<T>? handlers, T report, string name)
    {
        foreach (Delegate handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<T>)handler)(report);
            }
            catch (Exception error)
            {
                // A handler that throws keeps nobody waiting.
                Console.Error.WriteLine($"Plait: a handler of DeadlockDetection.{name} threw: {error}");
            }
        }
    }
}
