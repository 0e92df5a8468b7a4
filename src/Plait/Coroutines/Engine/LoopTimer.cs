namespace Plait.Coroutines.Engine;

/// <summary>Something with a deadline, linked into a <see cref="TimerWheel"/> through itself.</summary>
internal abstract class LoopTimer
{
    // All of these belong to the wheel.
    internal LoopTimer? NextTimer;
    internal LoopTimer? PreviousTimer;

    /// <summary>The tick at whose end it fires.</summary>
    internal long Tick;

    /// <summary>Level and slot it stands in; <see cref="TimerWheel.Nowhere"/> while it is not set.</summary>
    internal short Place = TimerWheel.Nowhere;

    public bool IsSet => Place != TimerWheel.Nowhere;

    /// <summary>Its time has come; it is not set any more. On the loop's thread.</summary>
    internal abstract void OnExpired();
}
