namespace Plait.Execution.Local;

/// <summary>What a worker that has found nothing does.</summary>
internal enum LocalRest
{
    /// <summary>It looks again: something has come.</summary>
    Again,

    /// <summary>It sleeps until it is woken; whoever wakes it counts it as searching.</summary>
    Sleep,

    /// <summary>It ends: nothing will come.</summary>
    Over,
}
