using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Servers;

/// <summary>
/// The kernel's signals as the poller of a loop: what comes for a descriptor is told to the loop's thread, which has blocked the signals and takes them where others wait in epoll. Edges. Protocol: docs/design/loop.md.
/// </summary>
/// <param name="onRescan">Told each time when all descriptors had to be asked. On the loop's thread.</param>
internal sealed class SignalPoller(Action? onRescan = null) : LoopPoller
{
    // Taken in a row, before others have their turn.
    private const int MostInARow = 512;

    // All that are watched, each at the place that is its interest; and those of them that have come since the last wait.
    private readonly List<LoopDescriptor> _all = [];
    private readonly List<LoopDescriptor> _fresh = [];
    private readonly PollDescriptor[] _asked = new PollDescriptor[256];

    // Guards what follows.
    private readonly Lock _gate = new();
    private ThreadSignals? _signals;
    private bool _wasWoken;
    private bool _isDisposed;

    public override void Wait(long deadline)
    {
        _ = Signals();
        if (_fresh.Count != 0)
        {
            bool anyReady = Ask(_fresh);
            _fresh.Clear();
            deadline = anyReady ? MonotonicClock.AtOnce : deadline;
        }

        bool hasOverflowed = false;
        for (int left = MostInARow; left > 0 && ThreadSignals.TryTake(deadline, out TakenSignal signal); left--)
        {
            deadline = MonotonicClock.AtOnce;
            hasOverflowed |= signal.Number == ThreadSignals.Overflow;

            // One of an earlier use of the number tells something that is not so: whoever believes it finds nothing, and waits again.
            if (signal.Descriptor >= 0 && Find(signal.Descriptor) is { } descriptor)
            {
                Tell(descriptor, signal.Events);
            }
        }

        if (hasOverflowed)
        {
            onRescan?.Invoke();
            _ = Ask(_all);
        }
    }

    public override void Wake()
    {
        // Who posts may come before the loop's thread is known, and while it ends.
        lock (_gate)
        {
            _wasWoken = true;
            if (!_isDisposed)
            {
                _signals?.Wake();
            }
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _signals?.Dispose();
    }

    protected override void Add(LoopDescriptor descriptor)
    {
        Signals().Direct(descriptor.Number);
        descriptor.Interest = _all.Count;
        _all.Add(descriptor);
        _fresh.Add(descriptor);

        // No signal says that the stream has ended with the bytes before it: all are read until there is nothing.
        descriptor.OnReady(isReadable: false, isWritable: false, isOver: true);
    }

    protected override void Remove(LoopDescriptor descriptor)
    {
        _signals?.StopDirecting(descriptor.Number);
        LoopDescriptor last = _all[^1];
        _all[descriptor.Interest] = last;
        last.Interest = descriptor.Interest;
        _all.RemoveAt(_all.Count - 1);
    }

    // On the loop's thread, which is not the one that has made this.
    private ThreadSignals Signals()
    {
        if (_signals is null)
        {
            lock (_gate)
            {
                _signals = new ThreadSignals();
                if (_wasWoken)
                {
                    _signals.Wake();
                }
            }
        }

        return _signals;
    }

    // What those are ready for that were found not to be. The others are tried before anybody waits for them. Whether any is ready.
    private bool Ask(List<LoopDescriptor> descriptors)
    {
        bool anyReady = false;
        int count = 0;
        foreach (LoopDescriptor descriptor in descriptors)
        {
            EpollEvents events = (descriptor.CanRead ? EpollEvents.None : EpollEvents.Readable | EpollEvents.PeerClosed) | (descriptor.CanWrite ? EpollEvents.None : EpollEvents.Writable);
            if (events == EpollEvents.None || descriptor.IsClosed)
            {
                continue;
            }

            _asked[count++] = new PollDescriptor { Fd = descriptor.Number, Events = (short)events };
            if (count == _asked.Length)
            {
                anyReady |= Ask(_asked);
                count = 0;
            }
        }

        return Ask(_asked.AsSpan(0, count)) || anyReady;
    }

    private bool Ask(Span<PollDescriptor> asked)
    {
        if (asked.IsEmpty || ReadyPoll.Wait(asked, MonotonicClock.AtOnce) == 0)
        {
            return false;
        }

        foreach (PollDescriptor told in asked)
        {
            if (told.Revents != 0 && Find(told.Fd) is { } descriptor)
            {
                Tell(descriptor, (EpollEvents)(ushort)told.Revents);
            }
        }

        return true;
    }

    private static void Tell(LoopDescriptor descriptor, EpollEvents events) => descriptor.OnReady(
        Has(events, EpollEvents.Readable | EpollEvents.PeerClosed),
        Has(events, EpollEvents.Writable),
        Has(events, EpollEvents.HangUp | EpollEvents.Error));

    private static bool Has(EpollEvents events, EpollEvents any) => (events & any) != EpollEvents.None;
}
