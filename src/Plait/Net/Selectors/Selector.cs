using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>
/// Tells which of many descriptors are ready, so that one thread serves them all: register each with what it is to be watched for, then <c>Select</c> again and again, and do
/// what each ready one needs.
/// </summary>
/// <remarks>
/// <para>
/// Three calls of the system stand behind it: <see cref="SelectSelector"/>, <see cref="PollSelector"/>, <see cref="EpollSelector"/>. They keep the same contract and differ in
/// cost. <see cref="CreateDefault"/> takes the best one that there is.
/// </para>
/// <para>
/// Readiness is a level: what is not read or written is told again by the next call. Use non-blocking sockets, or handle one message a report; a report can be
/// outdated when another thread reads as well.
/// </para>
/// <para>
/// Every member may be called from any thread, also while another one is inside <c>Select</c>; changes hold at once. Only one thread at a time may be inside <c>Select</c>.
/// </para>
/// <para>
/// What was closed while it was registered is not told any more, stays in <see cref="Map"/>, and can be unregistered. A registration of something new that
/// got its number takes its place. For descriptors registered by number, rather than as an object, only the system can tell that; it cannot in some cases (two eventfds), which the
/// exception then says. So unregister numbers before they are closed.
/// </para>
/// </remarks>
public abstract partial class Selector : IDisposable
{
    private const SelectorEvents AllEvents = SelectorEvents.Read | SelectorEvents.Write | SelectorEvents.Exceptional;

    private readonly Lock _gate = new();
    private readonly RegistrationTable _table = new();

    private protected Selector(string name, string reason)
    {
        Name = name;
        Reason = reason;
        Map = new SelectorMap(_table, _gate);
        _wake = OpenWake();
    }

    /// <summary>The call of the system that it uses: <c>select</c>, <c>poll</c> or <c>epoll</c>.</summary>
    public string Name { get; }

    /// <summary>Why it is this one: why <see cref="CreateDefault"/> chose it, or that it was asked for by name.</summary>
    public string Reason { get; }

    /// <summary>What is registered now, by the descriptor's number. A live view that cannot be changed; empty once the selector is disposed.</summary>
    public IReadOnlyDictionary<int, SelectorKey> Map { get; }

    /// <summary>The registrations.</summary>
    private protected RegistrationTable Table => _table;

    /// <summary>Watches a descriptor from now on, also for a <c>Select</c> that another thread is in.</summary>
    /// <param name="target">The socket, handle or number. It stays the caller's, and must be unregistered or closed by him.</param>
    /// <param name="events">What to watch for; at least one.</param>
    /// <param name="data">Comes back with every report; null if there is nothing.</param>
    /// <returns>The registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is made of null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="events"/> is none or unknown; or the number is negative, or one that this selector cannot watch (<see cref="SelectSelector"/>: 1024 and above).
    /// </exception>
    /// <exception cref="ArgumentException">It is registered already, not open, or nothing that can be waited for (<see cref="EpollSelector"/>: a plain file).</exception>
    /// <exception cref="IOException">The system refused: too many are watched.</exception>
    /// <exception cref="ObjectDisposedException">The selector, or <paramref name="target"/>, is closed.</exception>
    public SelectorKey Register(Selectable target, SelectorEvents events, object? data = null)
    {
        Check(target);
        Check(events);
        SafeHandle? handle = target.Handle;
        bool isHeld = false;
        try
        {
            // What is closed meanwhile by another thread keeps its number until we are through.
            handle?.DangerousAddRef(ref isHeld);
            int number = target.Number;
            ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(target));
            CheckNumber(number, nameof(target));
            if (!FileIdentity.TryRead(number, out FileIdentity identity))
            {
                throw new ArgumentException($"Descriptor {number} is not open.", nameof(target));
            }

            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                MakeRoom_UnderGate(number, target);
                Registration registration = _table.Add(handle, identity, new SelectorKey(number, target.Target, events, data));
                try
                {
                    Watch(registration);
                    registration.IsWatched = true;
                }
                catch (SystemCallException error)
                {
                    _table.Remove(registration);
                    throw Refusal(target, error);
                }

                return registration.Key;
            }
        }
        finally
        {
            if (isHeld)
            {
                handle?.DangerousRelease();
            }
        }
    }

    /// <summary>Changes what a descriptor is watched for. Its data stay.</summary>
    /// <inheritdoc cref="Modify(Selectable, SelectorEvents, object)"/>
    public SelectorKey Modify(Selectable target, SelectorEvents events) => Modify(target, events, replacesData: false, data: null);

    /// <summary>Changes what a descriptor is watched for, and what comes back with its reports.</summary>
    /// <param name="target">What was registered.</param>
    /// <param name="events">What to watch for from now on; at least one.</param>
    /// <param name="data">Comes back with every report.</param>
    /// <returns>The registration as it is now.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is made of null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="events"/> is none or unknown.</exception>
    /// <exception cref="ArgumentException">It was closed since it was registered. It is not registered any more.</exception>
    /// <exception cref="IOException">The system refused. It is not registered any more.</exception>
    /// <exception cref="KeyNotFoundException">It is not registered.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    public SelectorKey Modify(Selectable target, SelectorEvents events, object? data) => Modify(target, events, replacesData: true, data);

    /// <summary>Does not watch a descriptor any more. It may be closed already.</summary>
    /// <param name="target">What was registered: the same object, another one of the same descriptor, or its number.</param>
    /// <returns>The registration that ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is made of null.</exception>
    /// <exception cref="KeyNotFoundException">It is not registered.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    public SelectorKey Unregister(Selectable target)
    {
        Check(target);
        lock (_gate)
        {
            Registration registration = Find_UnderGate(target);
            Forget_UnderGate(registration);
            return registration.Key;
        }
    }

    /// <summary>The registration of a descriptor.</summary>
    /// <param name="target">What was registered: the same object, another one of the same descriptor, or its number.</param>
    /// <returns>The registration as it is now.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is made of null.</exception>
    /// <exception cref="KeyNotFoundException">It is not registered.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    public SelectorKey GetKey(Selectable target)
    {
        Check(target);
        lock (_gate)
        {
            return Find_UnderGate(target).Key;
        }
    }

    /// <summary>The registration of a descriptor, if there is one.</summary>
    /// <param name="target">What may be registered.</param>
    /// <param name="key">The registration as it is now.</param>
    /// <returns>Whether it is registered.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is made of null.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed.</exception>
    public bool TryGetKey(Selectable target, out SelectorKey key)
    {
        Check(target);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Registration? registration = _table.Find(target);
            key = registration?.Key ?? default;
            return registration is not null;
        }
    }

    /// <summary>What has happened to it so far.</summary>
    /// <returns>A snapshot; still there once the selector is disposed.</returns>
    public SelectorStatistics GetStatistics()
    {
        lock (_gate)
        {
            return new SelectorStatistics(_table.Count, _isAsleep ? 1 : 0, _selects, _reported, _wakes, _stale, Rebuilds);
        }
    }

    /// <summary>Closes it: nothing is registered any more, and a thread that is inside <c>Select</c> leaves it with an <see cref="ObjectDisposedException"/>. What was registered stays open.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _table.Clear();
            if (_isSelecting)
            {
                // Whoever leaves last closes what he sleeps on.
                Rouse_UnderGate();
            }
            else
            {
                CloseAll_UnderGate();
            }
        }
    }

    private SelectorKey Modify(Selectable target, SelectorEvents events, bool replacesData, object? data)
    {
        Check(target);
        Check(events);
        lock (_gate)
        {
            Registration registration = Find_UnderGate(target);
            SelectorKey old = registration.Key;
            registration.Key = old with { Events = events, Data = replacesData ? data : old.Data };
            if (events != old.Events)
            {
                if (registration.IsGone)
                {
                    Forget_UnderGate(registration);
                    throw Closed(target);
                }

                try
                {
                    Rewatch(registration);
                }
                catch (SystemCallException error)
                {
                    Forget_UnderGate(registration);
                    throw error.Number is Errno.ENOENT or Errno.EBADF
                        ? Closed(target)
                        : new IOException($"{Capitalized(target)} cannot be watched for {events}, and is not registered any more: {error.Message}", error);
                }
            }

            return registration.Key;
        }
    }

    private Registration Find_UnderGate(Selectable target)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _table.Find(target) ?? throw new KeyNotFoundException($"{Capitalized(target)} is not registered.");
    }

    // What had the number before and is closed gives way. What is not closed is registered twice.
    private void MakeRoom_UnderGate(int number, Selectable target)
    {
        if (_table[number] is not { } old)
        {
            return;
        }

        if (!old.IsGone)
        {
            throw new ArgumentException(
                $"{Capitalized(target)} is registered already, for {old.Key.Events}. Change it with Modify, or Unregister it first"
                + (old.Handle is null ? "; also when the descriptor that had the number was closed since." : "."),
                nameof(target));
        }

        _stale++;
        Forget_UnderGate(old);
    }

    private void Forget_UnderGate(Registration registration)
    {
        _table.Remove(registration);
        if (registration.IsWatched)
        {
            registration.IsWatched = false;
            Unwatch(registration);
        }
    }

    private static ArgumentException Closed(Selectable target) =>
        new($"{Capitalized(target)} was closed since it was registered. It is not registered any more.", nameof(target));

    private Exception Refusal(Selectable target, SystemCallException error) => error.Number switch
    {
        Errno.EPERM => new ArgumentException($"{Capitalized(target)} is nothing that {Name} can wait for: it is always ready, as plain files and folders are. Read and write it without waiting.", nameof(target), error),
        Errno.ENOSPC => new IOException($"{Capitalized(target)} cannot be watched: this user watches as many descriptors as the system allows (/proc/sys/fs/epoll/max_user_watches).", error),
        _ => new IOException($"{Capitalized(target)} cannot be watched: {error.Message}", error),
    };

    private static string Capitalized(Selectable target) => target.ToString() is var text ? string.Concat(char.ToUpperInvariant(text[0]).ToString(), text.AsSpan(1)) : "";

    private static void Check(Selectable target)
    {
        if (target.IsNothing)
        {
            throw new ArgumentNullException(nameof(target));
        }
    }

    private static void Check(SelectorEvents events)
    {
        if (events == SelectorEvents.None || (events & ~AllEvents) != SelectorEvents.None)
        {
            throw new ArgumentOutOfRangeException(nameof(events), events, "Watch for Read, Write, Exceptional, or several of them.");
        }
    }
}
