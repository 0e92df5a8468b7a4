using System.Runtime.CompilerServices;

namespace Plait.Memory;

/// <summary>What a thread is about to block on.</summary>
internal enum WaitKind
{
    /// <summary>The other side of a channel must send.</summary>
    ChannelData,

    /// <summary>The other side of a channel must make room.</summary>
    ChannelRoom,

    /// <summary>A unit must end.</summary>
    Join,
}

/// <summary>Sees every blocking wait begin and end. Called on the waiting thread; must not block or throw.</summary>
internal interface IWaitObserver
{
    void Blocked(WaitKind kind, long resource);

    void Resumed(WaitKind kind, long resource);
}

/// <summary>
/// The seam that diagnostics plug into. <see cref="Enabled"/> is a constant to the compiler once a method is optimised,
/// so a wait pays nothing for it when it is off. On by the runtime switch <c>Plait.WaitHooks</c>.
/// </summary>
internal static class WaitHooks
{
    public static readonly bool Enabled = AppContext.TryGetSwitch("Plait.WaitHooks", out bool on) && on;

    /// <summary>Set once, before the first wait that it should see.</summary>
    public static IWaitObserver? Observer { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Blocked(WaitKind kind, long resource)
    {
        if (Enabled)
        {
            Observer?.Blocked(kind, resource);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Resumed(WaitKind kind, long resource)
    {
        if (Enabled)
        {
            Observer?.Resumed(kind, resource);
        }
    }
}
