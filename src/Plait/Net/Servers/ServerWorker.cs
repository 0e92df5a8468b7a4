namespace Plait.Net.Servers;

/// <summary>The counts of one worker. Written by any thread.</summary>
internal sealed class ServerWorker(string name)
{
    private readonly long[] _counts = new long[Enum.GetValues<ServerCount>().Length];

    public string Name => name;

    public long this[ServerCount what] => Volatile.Read(ref _counts[(int)what]);

    public void Count(ServerCount what, long by = 1) => Interlocked.Add(ref _counts[(int)what], by);
}

/// <summary>What is counted.</summary>
internal enum ServerCount
{
    Accepted,
    Active,
    Served,
    Resets,
    TimedOut,
    Failed,
    HandshakeFailures,
    Refused,
    BrokenOff,
    AcceptPauses,
    BytesReceived,
    BytesSent,
}
