namespace Plait.Coroutines.Engine;

/// <summary>
/// Looks at loops from a thread of its own, which all share and which ends with the last of them: whose number of steps stands still while it does not sleep is in a long step. The
/// loops pay nothing for it.
/// </summary>
internal sealed class BlockWatch : IDisposable
{
    // A condition variable of the runtime: Monitor.Wait and Pulse need an object of their own kind.
    private static readonly object s_gate = new();

    // Between two looks.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    // Guarded by s_gate. The array is another one after each change, so that looking needs no copy: it goes on for as long as the program, and leaves nothing to collect.
    private static BlockWatch[] s_watches = [];
    private static TimeSpan s_pause;
    private static Thread? s_thread;
    private static bool s_isLooking;

    private readonly EventLoop _loop;

    // By the watch's thread.
    private long _step = -1;
    private long _since;
    private StepBlockedEventArgs? _told;

    private BlockWatch(EventLoop loop) => _loop = loop;

    private static TimeProvider Clock => TimeProvider.System;

    /// <summary>Watches a loop, if it wants that.</summary>
    public static BlockWatch? Begin(EventLoop loop)
    {
        if (loop.BlockedAfter == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        var watch = new BlockWatch(loop);
        lock (s_gate)
        {
            SetWatches([.. s_watches, watch]);
            if (s_thread is null)
            {
                s_thread = new Thread(Run) { Name = "plait-loop-watch", IsBackground = true };
                s_thread.Start();
            }
            else
            {
                // It may have less time between two looks now.
                Monitor.Pulse(s_gate);
            }
        }

        return watch;
    }

    public void Dispose()
    {
        Thread? ending = null;
        lock (s_gate)
        {
            SetWatches([.. s_watches.Where(watch => watch != this)]);
            if (s_watches.Length == 0)
            {
                // Unless it is in a handler, which may be what ends the loop: then it ends by itself right after.
                ending = s_isLooking ? null : s_thread;
                s_thread = null;
                Monitor.PulseAll(s_gate);
            }
        }

        ending?.Join();
    }

    private static void SetWatches(BlockWatch[] watches)
    {
        s_watches = watches;
        TimeSpan pause = watches.Length == 0 ? s_longest : watches.Min(static watch => watch._loop.BlockedAfter) / 4;
        s_pause = pause < s_shortest ? s_shortest : pause > s_longest ? s_longest : pause;
    }

    private static void Run()
    {
        while (true)
        {
            BlockWatch[] watches;
            lock (s_gate)
            {
                // Another may have begun by now, if the last loop ended and a new one came.
                if (s_thread != Thread.CurrentThread)
                {
                    return;
                }

                s_isLooking = false;
                if (s_watches.Length != 0)
                {
                    Monitor.Wait(s_gate, s_pause);
                }

                if (s_thread != Thread.CurrentThread)
                {
                    return;
                }

                watches = s_watches;
                s_isLooking = true;
            }

            foreach (BlockWatch watch in watches)
            {
                watch.Look();
            }
        }
    }

    private void Look()
    {
        long step = _loop.RunningStep;
        if (step != _step)
        {
            if (_told is { } told)
            {
                _told = null;
                _loop.TellBlocked(new StepBlockedEventArgs(told.Coroutine, Clock.GetElapsedTime(_since), told.Stack, isOver: true));
            }

            _step = step;
            _since = Clock.GetTimestamp();
        }
        else if (step >= 0 && _told is null && Clock.GetElapsedTime(_since) >= _loop.BlockedAfter)
        {
            _told = _loop.TellBlocked(Clock.GetElapsedTime(_since));
        }
    }
}
