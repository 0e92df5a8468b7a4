namespace Plait.Benchmarks.Load;

/// <summary>
/// How many connections may wait to be accepted. What finds the queue of a listener full is dropped, and sent again only a second later, which would be measured as the server's slowness. Nobody tells
/// how long the queue is, so the window grows with each connection that is answered, and is halved, for good, by one that is not in time.
/// </summary>
internal sealed class AcceptWindow
{
    /// <summary>What it holds at least: less than any listener's queue.</summary>
    public const int Least = 4;

    /// <summary>A connection waits in it for its first answer, and this long at most: a server that serves few at a time lets the others wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private int _waiting;
    private int _most = int.MaxValue;

    /// <summary>How many it holds now.</summary>
    public int Size { get; private set; } = Least;

    /// <summary>Whether another connection may be made.</summary>
    public bool HasRoom => _waiting < Size;

    /// <summary>A connection is being made.</summary>
    public void Enter() => _waiting++;

    /// <summary>A connection does not wait any more, and nothing follows from that.</summary>
    public void Leave() => _waiting--;

    /// <summary>A connection was answered for the first time.</summary>
    public void LeaveAnswered()
    {
        _waiting--;
        Size += Size < _most ? 1 : 0;
    }

    /// <summary>A connection was not answered in time.</summary>
    public void LeaveLate()
    {
        _waiting--;
        Size = _most = Math.Max(Least, Size / 2);
    }
}
