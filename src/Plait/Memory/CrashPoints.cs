using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// Kills the process with SIGKILL at one numbered point, for the crash sweeps. Armed by the environment variable
/// <c>PLAIT_CRASH_AT=side:point:count</c> at process start (side <c>parent</c> or <c>child</c>; count 1 is the first
/// time the point is reached), or <c>PLAIT_CRASH_AT=observed</c>: then <see cref="Observer"/> is told of every point that is
/// reached and decides. Without the variable the check is a constant that the compiler removes.
/// </summary>
internal static class CrashPoints
{
    public const string Variable = "PLAIT_CRASH_AT";

    /// <summary>The variable's value for a process whose <see cref="Observer"/> decides who goes no further than where.</summary>
    public const string Observed = "observed";

    private static readonly bool IsObserved = Environment.GetEnvironmentVariable(Variable) == Observed;
    private static readonly CrashPoint Armed = Parse(Environment.GetEnvironmentVariable(Variable), out Side, out Remaining);
    private static readonly bool IsArmed = IsObserved || Armed != CrashPoint.None;
    private static readonly string Side;
    private static int Remaining;

    /// <summary>Whether this process runs as a worker; decides which side's points are live.</summary>
    public static bool IsChild { get; set; }

    /// <summary>Runs on the thread that has reached a point, in a process that was started as <see cref="Observed"/>.</summary>
    public static Action<CrashPoint>? Observer { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit(CrashPoint point)
    {
        if (IsArmed)
        {
            HitArmed(point);
        }
    }

    private static void HitArmed(CrashPoint point)
    {
        if (IsObserved)
        {
            Observer?.Invoke(point);
        }
        else if (point == Armed && IsChild == (Side == "child") && Interlocked.Decrement(ref Remaining) == 0)
        {
            ProcessCalls.KillSelf();
        }
    }

    private static CrashPoint Parse(string? text, out string side, out int count)
    {
        string[] parts = (text ?? string.Empty).Split(':');
        side = parts[0];
        count = 1;
        return parts.Length == 3 && Enum.TryParse(parts[1], out CrashPoint point) && int.TryParse(parts[2], out count) ? point : CrashPoint.None;
    }
}
