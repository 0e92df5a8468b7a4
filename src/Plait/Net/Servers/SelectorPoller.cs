using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Selectors;

namespace Plait.Net.Servers;

/// <summary>
/// A <see cref="Selector"/> as the poller of a loop: levels. What is read again and again stays registered; a direction is dropped when the selector tells of it and nobody waits for it.
/// </summary>
internal sealed class SelectorPoller(Selector selector) : LoopPoller
{
    private ReadyKey[] _ready = new ReadyKey[256];

    public override void Wait(long deadline)
    {
        TimeSpan? time = deadline switch
        {
            MonotonicClock.Never => null,
            MonotonicClock.AtOnce => TimeSpan.Zero,

            // Up to the next tick, so that it does not look for nothing.
            _ => TimeSpan.FromTicks(Math.Max(0, (deadline - MonotonicClock.Now + 99) / 100)),
        };
        int count = selector.Select(_ready, time);
        for (int i = 0; i < count; i++)
        {
            var descriptor = (LoopDescriptor)_ready[i].Key.Data!;
            if (Find(descriptor.Number) == descriptor)
            {
                Tell(descriptor, _ready[i].Events);
            }
        }

        Array.Clear(_ready, 0, count);
        if (count == _ready.Length)
        {
            _ready = new ReadyKey[count * 2];
        }
    }

    public override void Wake() => selector.Wake();

    public override void OnWaiting(LoopDescriptor descriptor) => Watch(descriptor, Wanted(descriptor) | (SelectorEvents)descriptor.Interest);

    public override void Dispose() => selector.Dispose();

    protected override void Add(LoopDescriptor descriptor)
    {
        // Nobody waits yet; but what cannot be watched is refused now.
        _ = selector.Register(descriptor.Number, SelectorEvents.Read, descriptor);
        descriptor.Interest = (int)SelectorEvents.Read;
    }

    protected override void Remove(LoopDescriptor descriptor) => Watch(descriptor, SelectorEvents.None);

    private static SelectorEvents Wanted(LoopDescriptor descriptor) =>
        (descriptor.Reader is null ? SelectorEvents.None : SelectorEvents.Read) | (descriptor.Writer is null ? SelectorEvents.None : SelectorEvents.Write);

    private void Tell(LoopDescriptor descriptor, SelectorEvents events)
    {
        SelectorEvents wanted = Wanted(descriptor);
        descriptor.OnReady(events.HasFlag(SelectorEvents.Read), events.HasFlag(SelectorEvents.Write), isOver: false);
        if ((events & ~wanted) != SelectorEvents.None)
        {
            Watch(descriptor, wanted);
        }
    }

    private void Watch(LoopDescriptor descriptor, SelectorEvents events)
    {
        var now = (SelectorEvents)descriptor.Interest;
        if (events == now)
        {
            return;
        }

        descriptor.Interest = (int)events;
        if (events == SelectorEvents.None)
        {
            _ = selector.Unregister(descriptor.Number);
        }
        else if (now == SelectorEvents.None)
        {
            _ = selector.Register(descriptor.Number, events, descriptor);
        }
        else
        {
            _ = selector.Modify(descriptor.Number, events);
        }
    }
}
