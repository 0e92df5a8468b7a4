using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>
/// A selector by poll(2): the whole set goes to the system with each wait, which looks at every descriptor in it. Any number of descriptors, of any kind; a registration or change
/// costs no call of the system.
/// </summary>
/// <inheritdoc cref="Selector" path="/remarks"/>
public sealed class PollSelector : Selector
{
    // The first entry is the wake's. Swapped with the last when one goes.
    private PollDescriptor[] _watched = new PollDescriptor[16];
    private int _count = 1;

    // What the sleeper has given to the system: its own, for the other one may change meanwhile.
    private PollDescriptor[] _asleep = [];
    private int _asleepCount;
    private long _asleepTag;
    private bool _isChanged = true;

    // Where the next report begins when there was no room for all of the last.
    private int _first;

    /// <summary>Nothing is registered yet.</summary>
    /// <exception cref="IOException">This process has as many descriptors open as it may.</exception>
    public PollSelector()
        : this(AskedFor)
    {
    }

    internal PollSelector(string reason)
        : base("poll", reason) => _watched[0] = new PollDescriptor { Fd = WakeNumber, Events = ReadyPoll.Readable };

    private protected override void Watch(Registration registration)
    {
        if (_count == _watched.Length)
        {
            Array.Resize(ref _watched, _count * 2);
        }

        registration.Place = _count++;
        Rewatch(registration);
    }

    private protected override void Rewatch(Registration registration)
    {
        _watched[registration.Place] = new PollDescriptor { Fd = registration.Number, Events = (short)PollBits.Of(registration.Key.Events) };
        NoteChange();
    }

    private protected override void Unwatch(Registration registration)
    {
        PollDescriptor last = _watched[--_count];
        if (registration.Place < _count)
        {
            _watched[registration.Place] = last;
            Table[last.Fd]!.Place = registration.Place;
        }

        NoteChange();
    }

    private protected override void Prepare()
    {
        if (!_isChanged)
        {
            return;
        }

        _isChanged = false;
        if (_asleep.Length < _count)
        {
            _asleep = new PollDescriptor[_watched.Length];
        }

        _watched.AsSpan(0, _count).CopyTo(_asleep);
        _asleepCount = _count;
        _asleepTag = Table.LastTag;
    }

    private protected override int Sleep(int most, long deadline) => ReadyPoll.Wait(_asleep.AsSpan(0, _asleepCount), deadline);

    private protected override int Collect(int signalled, Span<ReadyKey> ready, out bool wasStale)
    {
        int count = 0;
        int others = _asleepCount - 1;
        int left = signalled - (signalled > 0 && _asleep[0].Revents != 0 ? 1 : 0);
        wasStale = false;
        for (int step = 0; step < others && left > 0; step++)
        {
            int place = (_first + step) % others;
            PollDescriptor told = _asleep[place + 1];
            if (told.Revents == 0)
            {
                continue;
            }

            if (count == ready.Length)
            {
                _first = place;
                break;
            }

            left--;
            Registration? registration = Table[told.Fd] is { } current && current.Tag <= _asleepTag ? current : null;
            SelectorEvents events = registration is null ? SelectorEvents.None : PollBits.Read((EpollEvents)(ushort)told.Revents, registration.Key.Events);
            bool isClosed = registration is not null && (registration.IsClosed || (told.Revents & ReadyPoll.NotOpen) != 0);
            if (isClosed || events == SelectorEvents.None)
            {
                wasStale = true;
                Drop(isClosed ? registration : null);
                continue;
            }

            ready[count++] = new ReadyKey(registration!.Key, events);
        }

        return count;
    }

    // It stays registered until somebody unregisters it; the system would only tell for ever that it is closed.
    private void Drop(Registration? registration)
    {
        if (registration is { IsWatched: true })
        {
            registration.IsWatched = false;
            Unwatch(registration);
        }
    }

    private void NoteChange()
    {
        _isChanged = true;
        Rouse_UnderGate();
    }
}
