namespace Plait.Synchronization;

/// <summary>What <see cref="RestartableTimer.CallbackFailed"/> tells.</summary>
public sealed class TimerFailedEventArgs : EventArgs
{
    internal TimerFailedEventArgs(Exception exception) => Exception = exception;

    /// <summary>What the callback threw.</summary>
    public Exception Exception { get; }
}
