using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>Kills a process whose resident set passes a limit. Looks ten times a second.</summary>
internal sealed class MemoryWatchdog : IDisposable
{
    /// <summary>What a worker needs beside its managed heap: the runtime's own code, stacks and compiled methods.</summary>
    public const long RuntimeAllowance = 64L << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly int _pid;
    private readonly long _limit;
    private readonly Action _kill;
    private readonly ITimer _timer;

    public MemoryWatchdog(int pid, long limit, Action kill)
    {
        _pid = pid;
        _limit = limit;
        _kill = kill;
        _timer = TimeProvider.System.CreateTimer(static state => ((MemoryWatchdog)state!).Look(), this, Interval, Interval);
    }

    /// <summary>Whether it killed.</summary>
    public bool HasKilled { get; private set; }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (ProcessState.ReadResidentBytes(_pid) > _limit && !HasKilled)
        {
            HasKilled = true;
            _kill();
        }
    }
}
