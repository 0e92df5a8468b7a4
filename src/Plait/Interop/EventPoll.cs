namespace Plait.Interop;

/// <summary>epoll(7), level-triggered: what threads need that watch for others. Entries are named by a number that is never reused.</summary>
internal sealed class EventPoll : IDisposable
{
    private readonly EpollDescriptor _epoll = new();
    private readonly WakeDescriptor _wake;

    public EventPoll()
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

        Register(_wake.Number, 0, EpollEvents.Readable);
    }

    /// <summary>Itself readable while anything that is registered is ready.</summary>
    public Descriptor Handle => _epoll.Handle;

    public void Register(Descriptor descriptor, long id) => Register(descriptor.Number, id, EpollEvents.Readable);

    /// <summary>Tells once that the descriptor is readable, or writable, or that the other end is gone.</summary>
    public void RegisterOnce(Descriptor descriptor, long id, bool forWriting) =>
        Register(descriptor.Number, id, EpollEvents.Once | (forWriting ? EpollEvents.Writable : EpollEvents.Readable));

    private void Register(int number, long id, EpollEvents events)
    {
        int errno = _epoll.Add(number, events, (ulong)id);
        if (errno != 0)
        {
            throw new SystemCallException("epoll_ctl", errno);
        }
    }

    public void Unregister(Descriptor descriptor) => _ = _epoll.Remove(descriptor.Number);

    /// <summary>Blocks until something is readable; fills in the numbers of what is, 0 being a <see cref="Wake"/>.</summary>
    public int Wait(Span<long> ids)
    {
        int count = _epoll.Wait(ids.Length, MonotonicClock.Never);
        for (int i = 0; i < count; i++)
        {
            ids[i] = (long)_epoll.IdAt(i);
            if (ids[i] == 0)
            {
                _wake.Reset();
            }
        }

        return count;
    }

    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _epoll.Dispose();
        _wake.Dispose();
    }
}
