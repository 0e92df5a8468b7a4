namespace Plait.Coroutines;

/// <summary>What <see cref="Greenlet.Trace"/> is told.</summary>
/// <param name="Origin">Who ran before: it has switched, thrown or ended.</param>
/// <param name="Target">Who goes on now.</param>
/// <param name="IsThrow">Whether an exception is thrown there, and not a value given.</param>
public readonly record struct GreenletTransfer(Greenlet Origin, Greenlet Target, bool IsThrow);

/// <summary>A greenlet with a thread that was lost while it was suspended: see <see cref="Greenlet.Leaked"/>.</summary>
public sealed class GreenletLeakedEventArgs : EventArgs
{
    internal GreenletLeakedEventArgs(string name, Exception? error)
    {
        Name = name;
        Error = error;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it threw when it was ended; null unless it did.</summary>
    public Exception? Error { get; }
}
