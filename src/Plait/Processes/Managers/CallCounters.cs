namespace Plait.Processes.Managers;

/// <summary>What the server counts. Each number by itself: together they are a snapshot of a moment that never was, exact once nothing runs.</summary>
internal sealed class CallCounters
{
    private long _calls;
    private long _errors;
    private long _time;
    private long _longest;

    public long Calls => Interlocked.Read(ref _calls);

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Of all calls, in nanoseconds.</summary>
    public long Time => Interlocked.Read(ref _time);

    public long Longest => Interlocked.Read(ref _longest);

    public void Add(long nanoseconds, bool threw)
    {
        _ = Interlocked.Increment(ref _calls);
        _ = Interlocked.Add(ref _time, nanoseconds);
        if (threw)
        {
            _ = Interlocked.Increment(ref _errors);
        }

        long longest = Interlocked.Read(ref _longest);
        while (nanoseconds > longest)
        {
            long seen = Interlocked.CompareExchange(ref _longest, nanoseconds, longest);
            if (seen == longest)
            {
                break;
            }

            longest = seen;
        }
    }
}
