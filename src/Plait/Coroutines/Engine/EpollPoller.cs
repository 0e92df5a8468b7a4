using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>
/// Edge-triggered epoll: a descriptor is entered once, for everything, and told when something comes. The number that comes back with an event names the descriptor and which use
/// of that number it was: an event that was on its way while the number was closed and used again is dropped (as Go's poller does it, runtime/netpoll_epoll.go).
/// </summary>
internal sealed class EpollPoller : LoopPoller
{
    private const EpollEvents Everything = EpollEvents.Readable | EpollEvents.Urgent | EpollEvents.Writable | EpollEvents.PeerClosed | EpollEvents.EdgeTriggered;
    private const ulong WakeId = ulong.MaxValue;

    private readonly EpollDescriptor _epoll = new();
    private readonly WakeDescriptor _wake;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    public EpollPoller()
    {
        try
        {
            _wake = new WakeDescriptor();
        }
        catch
        {
            _epoll.Dispose();
            throw;
        }

        // Edge-triggered, every write is told once: nobody needs to read it.
        ThrowIfRefused(_epoll.Add(_wake.Number, EpollEvents.Readable | EpollEvents.EdgeTriggered, WakeId));
    }

    public override void Wait(long deadline)
    {
        int count = _epoll.Wait(deadline);
        for (int i = 0; i < count; i++)
        {
            ulong id = _epoll.IdAt(i);
            if (id != WakeId && Find((int)(uint)id, (uint)(id >> 32)) is { } descriptor)
            {
                EpollEvents events = _epoll.EventsAt(i);
                descriptor.ReadsMayEndShort |= Has(events, EpollEvents.Urgent);
                descriptor.OnReady(Has(events, EpollEvents.Readable), Has(events, EpollEvents.Writable), Has(events, EpollEvents.PeerClosed | EpollEvents.HangUp | EpollEvents.Error));
            }
        }
    }

    public override void Wake()
    {
        // Who posts may come while the loop ends.
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _wake.Set();
            }
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _epoll.Dispose();
            _wake.Dispose();
        }
    }

    protected override void Add(LoopDescriptor descriptor) =>
        ThrowIfRefused(_epoll.Add(descriptor.Number, Everything, (uint)descriptor.Number | ((ulong)descriptor.Generation << 32)));

    protected override void Remove(LoopDescriptor descriptor) => _ = _epoll.Remove(descriptor.Number);

    private static bool Has(EpollEvents events, EpollEvents any) => (events & any) != EpollEvents.None;

    private static void ThrowIfRefused(int errno)
    {
        if (errno != 0)
        {
            throw new SystemCallException("epoll_ctl", errno);
        }
    }
}
