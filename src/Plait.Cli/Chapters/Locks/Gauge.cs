namespace Plait.Cli.Chapters.Locks;

/// <summary>Counts how many are inside at a time.</summary>
internal sealed class Gauge
{
    private readonly Lock _gate = new();
    private int _inside;

    /// <summary>The most that were inside at one time.</summary>
    public int Max { get; private set; }

    /// <summary>Goes inside; disposing what it gives goes out.</summary>
    public Visit Enter()
    {
        lock (_gate)
        {
            Max = Math.Max(Max, ++_inside);
        }

        return new Visit(this);
    }

    internal readonly struct Visit(Gauge gauge) : IDisposable
    {
        public void Dispose()
        {
            lock (gauge._gate)
            {
                gauge._inside--;
            }
        }
    }
}
