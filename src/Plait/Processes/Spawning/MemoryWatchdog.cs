using System.Globalization;

namespace Plait.Processes.Spawning;

/// <summary>Kills a process whose resident set passes a limit. Looks ten times a second.</summary>
internal sealed class MemoryWatchdog : IDisposable
{
    /// <summary>What a worker needs beside its managed heap: the runtime's own code, stacks and compiled methods.</summary>
    public const long RuntimeAllowance = 64L << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly string _statm;
    private readonly long _limit;
    private readonly Action _kill;
    private readonly ITimer _timer;

    public MemoryWatchdog(int pid, long limit, Action kill)
    {
        _statm = $"/proc/{pid}/statm";
        _limit = limit;
        _kill = kill;
        _timer = TimeProvider.System.CreateTimer(static state => ((MemoryWatchdog)state!).Look(), this, Interval, Interval);
    }

    /// <summary>Whether it killed.</summary>
    public bool HasKilled { get; private set; }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (ReadResidentBytes() > _limit && !HasKilled)
        {
            HasKilled = true;
            _kill();
        }
    }

    private long ReadResidentBytes()
    {
        try
        {
            // "size resident shared …", in pages.
            string[] fields = File.ReadAllText(_statm).Split(' ');
            return fields.Length > 1 ? long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
