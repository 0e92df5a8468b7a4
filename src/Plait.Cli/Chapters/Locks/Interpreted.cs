using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

/// <summary>
/// A thread of a made-up interpreter, whose code runs only while it holds the interpreter's global lock, if it has one. It gives it up
/// for whatever blocks, and after five milliseconds to whoever waits for it, but only between two steps of its code.
/// </summary>
/// <remarks>The lock is a strict one: who gives it up and wants it back stands in line behind those who wait.</remarks>
internal sealed class Interpreted : IDisposable
{
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(5);

    private readonly ILock? _global;
    private readonly Gauge _running;
    private Hold _hold;
    private Gauge.Visit _visit;
    private long _since;

    /// <param name="global">The interpreter's lock; null for one without.</param>
    /// <param name="running">Counts the threads whose code runs.</param>
    public Interpreted(ILock? global, Gauge running)
    {
        (_global, _running) = (global, running);
        Enter();
    }

    /// <summary>How often it has given up the lock because its time was up.</summary>
    public int Switches { get; private set; }

    /// <summary>The interpreter's lock for threads of this process.</summary>
    public static ILock CreateLock(IScope scope) => scope.CreateLock(options: new LockOptions { IsStrict = true });

    /// <summary>Between two steps of the code.</summary>
    public void Step()
    {
        if (_global is not null && TimeProvider.System.GetElapsedTime(_since) >= s_slice)
        {
            Switches++;
            Dispose();
            Enter();
        }
    }

    /// <summary>Does something that blocks, as input and output do, without the lock.</summary>
    public void Block(Action wait)
    {
        Dispose();
        wait();
        Enter();
    }

    public void Dispose()
    {
        _visit.Dispose();
        _hold.Dispose();
    }

    private void Enter()
    {
        _hold = _global?.Acquire() ?? default;
        _visit = _running.Enter();
        _since = TimeProvider.System.GetTimestamp();
    }
}
