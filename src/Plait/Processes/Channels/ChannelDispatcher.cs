using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Channels;

/// <summary>Whoever wants to know that its ring has something, or is closed. Called on a dispatcher thread: nothing here blocks or runs user code.</summary>
internal interface IChannelReader
{
    ByteRing Incoming { get; }

    /// <summary>Monotonic nanoseconds at which <see cref="OnDeadline"/> wants to be called. Whoever brings it forward calls <see cref="ChannelDispatcher.Hurry"/>.</summary>
    long Deadline => MonotonicClock.Never;

    /// <summary>
    /// Whether more messages are likely to come at once: then the next look is after a moment instead of at the bell, so that messages come in
    /// batches and the sender need not wake anybody. Asked once after each look; the answer holds for one.
    /// </summary>
    bool TakeExpectation() => false;

    /// <summary>Takes what is there. False: no more calls, please.</summary>
    bool OnReadable();

    void OnDeadline()
    {
    }
}

/// <summary>
/// Waits for many children's rings: one thread for up to 127 of them with futex_waitv(2), one thread each where the
/// kernel lacks it (before Linux 5.16).
/// </summary>
internal sealed unsafe class ChannelDispatcher
{
    private static readonly Lock Gate = new();

    // Guarded by Gate.
    private static readonly List<ChannelDispatcher> All = [];

    private static readonly int Most = Futex.CanWaitAny ? Futex.MaximumWaitAny - 1 : 1;

    /// <summary>Between two looks at a reader that expects more: long enough for a batch, short beside a wake-up.</summary>
    private const long BatchNanoseconds = 50_000;

    /// <summary>How long a thread that nobody can hurry sleeps at most.</summary>
    private const long Unhurried = 10_000_000;

    // When this thread wakes by itself at the latest; a reader with an earlier wish kicks it.
    private long _nextWake = MonotonicClock.Never;

    // One futex word of our own, incremented to make the thread look at its list again.
    private readonly uint* _kick = (uint*)NativeMemory.AllocZeroed(sizeof(uint));

    // Guarded by Gate; the thread works on a copy.
    private readonly List<IChannelReader> _readers = [];

    private ChannelDispatcher()
    {
        var thread = new Thread(Loop, 512 * 1024) { IsBackground = true, Name = "Plait dispatcher" };
        thread.UnsafeStart();
    }

    /// <summary>Watches a reader, until its OnReadable says false.</summary>
    /// <returns>The dispatcher that does.</returns>
    public static ChannelDispatcher Add(IChannelReader reader)
    {
        ChannelDispatcher? free = null;
        lock (Gate)
        {
            foreach (ChannelDispatcher dispatcher in All)
            {
                if (dispatcher._readers.Count < Most)
                {
                    free = dispatcher;
                    break;
                }
            }

            if (free is null)
            {
                free = new ChannelDispatcher();
                All.Add(free);
            }

            free._readers.Add(reader);
        }

        free.Kick();
        return free;
    }

    /// <summary>A reader's deadline was brought forward.</summary>
    public void Hurry(long deadline)
    {
        // Full fence between the reader's new deadline and looking at the plan: pairs with the one in Loop, which
        // publishes the plan and then looks at the deadlines again.
        Interlocked.MemoryBarrier();
        if (deadline < Volatile.Read(ref _nextWake))
        {
            Kick();
        }
    }

    private void Kick()
    {
        Interlocked.Increment(ref *_kick);
        Futex.Wake(_kick, 1);
    }

    private void Loop()
    {
        FutexWaiter* waiters = stackalloc FutexWaiter[Futex.MaximumWaitAny];
        IChannelReader[] readers = [];
        uint seen = 0;
        bool isStale = true;
        while (true)
        {
            uint kicks = Volatile.Read(ref *_kick);
            if (isStale || kicks != seen)
            {
                lock (Gate)
                {
                    readers = [.. _readers];
                }

                seen = kicks;
                isStale = false;
            }

            // Without futex_waitv a thread sleeps on its one reader's bell, or on its kick word when it has none; then
            // nobody can hurry it, and it looks again often.
            bool hasKick = Futex.CanWaitAny || readers.Length == 0;
            int count = 0;
            if (hasKick)
            {
                waiters[count++] = Futex.Describe(_kick, seen);
            }

            bool isReady = false;
            long wake = hasKick ? MonotonicClock.Never : MonotonicClock.Now + Unhurried;
            foreach (IChannelReader reader in readers)
            {
                if (hasKick && reader.TakeExpectation())
                {
                    wake = Math.Min(wake, MonotonicClock.Now + BatchNanoseconds);
                }
                else
                {
                    waiters[count++] = reader.Incoming.DescribeBell(reader.Incoming.ArmForData());
                    isReady |= reader.Incoming.HasData;
                }

                isReady |= reader.Incoming.IsClosed;
                wake = Math.Min(wake, reader.Deadline);
            }

            Volatile.Write(ref _nextWake, wake);

            // Full fence between publishing the plan and looking at the deadlines again: pairs with the one in Hurry.
            Interlocked.MemoryBarrier();
            foreach (IChannelReader reader in readers)
            {
                wake = Math.Min(wake, reader.Deadline);
            }

            FutexResult result = FutexResult.LookAgain;
            if (!isReady)
            {
                result = Futex.CanWaitAny
                    ? Futex.WaitAny(waiters, count, wake)
                    : Futex.Wait((uint*)waiters[0].Address, (uint)waiters[0].Value, wake);
            }

            if (isReady || result == FutexResult.TimedOut || HasAny(readers))
            {
                isStale = ServeReady(readers);
            }
        }
    }

    private static bool HasAny(IChannelReader[] readers)
    {
        foreach (IChannelReader reader in readers)
        {
            if (reader.Incoming.HasData || reader.Incoming.IsClosed)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a reader has left.</summary>
    private bool ServeReady(IChannelReader[] readers)
    {
        bool hasLeft = false;
        foreach (IChannelReader reader in readers)
        {
            reader.Incoming.DisarmForData();
            if ((reader.Incoming.HasData || reader.Incoming.IsClosed) && !reader.OnReadable())
            {
                hasLeft = true;
                lock (Gate)
                {
                    _readers.Remove(reader);
                }

                continue;
            }

            if (reader.Deadline <= MonotonicClock.Now)
            {
                reader.OnDeadline();
            }
        }

        return hasLeft;
    }
}
