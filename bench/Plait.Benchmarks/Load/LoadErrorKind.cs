namespace Plait.Benchmarks.Load;

/// <summary>What can go wrong with a connection. It is then closed, and another one takes its place a little later.</summary>
public enum LoadErrorKind
{
    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>It was not made within <see cref="LoadOptions.ConnectTimeout"/>.</summary>
    ConnectTimeout,

    /// <summary>The server reset it.</summary>
    Reset,

    /// <summary>The server closed it while messages were unanswered, or before it was to be closed.</summary>
    Closed,

    /// <summary>Nothing came for <see cref="LoadOptions.ReplyTimeout"/> though messages were unanswered.</summary>
    ReplyTimeout,

    /// <summary>What came back was not what had to come, or more than that.</summary>
    WrongBytes,

    /// <summary>Anything else that the system says.</summary>
    Other,
}
