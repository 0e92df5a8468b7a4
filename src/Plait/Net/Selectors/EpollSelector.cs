using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>
/// A selector by epoll(7): the system keeps the set, so a wait costs what the ready descriptors cost, however many are watched; a registration or change costs a call of the system. Any
/// number of descriptors; plain files and folders are refused.
/// </summary>
/// <inheritdoc cref="Selector" path="/remarks"/>
public sealed class EpollSelector : Selector
{
    private const ulong WakeId = ulong.MaxValue;

    private EpollDescriptor _epoll;

    // A removal has failed: the number was not the registered file's any more. If a duplicate keeps the file open, the entry is still there.
    private bool _mayLinger;
    private long _rebuilds;

    /// <summary>Nothing is registered yet.</summary>
    /// <exception cref="IOException">This process has as many descriptors open as it may, or the system refuses epoll.</exception>
    public EpollSelector()
        : this(AskedFor)
    {
    }

    internal EpollSelector(string reason)
        : base("epoll", reason)
    {
        try
        {
            _epoll = Open();
        }
        catch (SystemCallException error)
        {
            CloseAll_UnderGate();
            throw Unavailable("epoll", error);
        }
    }

    private protected override long Rebuilds => _rebuilds;

    private protected override void Watch(Registration registration) => ThrowIfNot(TryAdd(_epoll, registration));

    private protected override void Rewatch(Registration registration) =>
        ThrowIfNot(_epoll.Change(registration.Number, PollBits.Of(registration.Key.Events), registration.Id));

    private protected override void Unwatch(Registration registration) => _mayLinger |= _epoll.Remove(registration.Number) != 0;

    private protected override void Prepare()
    {
    }

    private protected override int Sleep(int most, long deadline) => _epoll.Wait(most, deadline);

    private protected override int Collect(int signalled, Span<ReadyKey> ready, out bool wasStale)
    {
        int count = 0;
        bool mustRebuild = false;
        wasStale = false;
        for (int i = 0; i < signalled; i++)
        {
            ulong id = _epoll.IdAt(i);
            if (id == WakeId)
            {
                continue;
            }

            Registration? registration = Table.Find(id);
            SelectorEvents events = registration is null ? SelectorEvents.None : PollBits.Read(_epoll.EventsAt(i), registration.Key.Events);
            if (registration is { IsClosed: false } && events != SelectorEvents.None)
            {
                ready[count++] = new ReadyKey(registration.Key, events);
                continue;
            }

            // Told of a file that is closed here and open elsewhere, for ever. Or unregistered since the sleep, and then the entry is gone.
            wasStale = true;
            mustRebuild |= registration is { IsClosed: true } || (registration is null && _mayLinger);
        }

        if (mustRebuild)
        {
            Rebuild();
        }

        return count;
    }

    private protected override void CloseOwn() => _epoll?.Dispose();

    // The entries of closed numbers cannot be named any more. A set without them takes the place of this one.
    private void Rebuild()
    {
        EpollDescriptor fresh = Open();
        foreach (Registration registration in Table.All)
        {
            registration.IsWatched = !registration.IsGone && TryAdd(fresh, registration) == 0;
        }

        _epoll.Dispose();
        _epoll = fresh;
        _mayLinger = false;
        _rebuilds++;
    }

    private EpollDescriptor Open()
    {
        var epoll = new EpollDescriptor();
        int errno = epoll.Add(WakeNumber, EpollEvents.Readable, WakeId);
        if (errno != 0)
        {
            epoll.Dispose();
            throw new SystemCallException("epoll_ctl", errno);
        }

        return epoll;
    }

    private static int TryAdd(EpollDescriptor epoll, Registration registration)
    {
        EpollEvents events = PollBits.Of(registration.Key.Events);
        int errno = epoll.Add(registration.Number, events, registration.Id);

        // Left there by a descriptor of the same number and file, which was closed, unregistered, and made anew from a duplicate.
        return errno == Errno.EEXIST ? epoll.Change(registration.Number, events, registration.Id) : errno;
    }

    private static void ThrowIfNot(int errno)
    {
        if (errno != 0)
        {
            throw new SystemCallException("epoll_ctl", errno);
        }
    }
}
