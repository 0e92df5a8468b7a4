using System.Diagnostics;
using Plait.Interop;

namespace Plait.Net.Selectors;

// Sleeping and waking.
//
// Whoever selects sleeps in a call of the system on what is registered and on an eventfd of the selector's own, which others write to so that he wakes. Under the gate:
//
//     _isSelecting      a thread is between Enter and Leave; no other may enter
//     _isAsleep         it is in that call, or about to be, and would sleep past what changes now
//     _isRoused         the eventfd has been written to in this sleep; never without _isAsleep
//     _isWakeRequested  somebody called Wake and no Select has returned since because of it
//
// A rouse writes only when somebody is asleep, and once a sleep; the sleeper empties the eventfd when he is up, still under the gate. So it is empty whenever nobody
// sleeps, wakes that come while nobody sleeps cost no call of the system, and many wakes cost one. A rouse is not yet a result: the sleeper looks why. A wake and a
// disposal end his call, a cancelled token ends it unless something is ready, and a changed registration (which only poll and select must be told of: they sleep on a copy of their
// set) has him sleep again on the new set until the same deadline. A signal cuts a sleep short too; the calls go back to sleep by themselves.
//
// What a sleep brings is outdated by then: others register and unregister meanwhile. Epoll's entries carry number and tag of the registration, and what does not fit is stale.
// Poll and select compare the tag of the number's registration with the latest when the set was copied: a later one was not meant. After reports of which all were
// stale, the call goes on.
public abstract partial class Selector
{
    private readonly WakeDescriptor _wake;
    private ReadyKey[] _scratch = [];
    private bool _isDisposed;
    private bool _isSelecting;
    private bool _isAsleep;
    private bool _isRoused;
    private bool _isWakeRequested;
    private long _selects;
    private long _reported;
    private long _wakes;
    private long _stale;

    /// <summary>What a sleep is ended with, for the set of the implementation.</summary>
    private protected int WakeNumber => _wake.Number;

    private protected virtual long Rebuilds => 0;

    /// <summary>Blocks until something is ready, or the time is over.</summary>
    /// <param name="timeout">
    /// How long to wait at most, never cut short; null to wait without end. 0 or less only looks; so does <see cref="Timeout.InfiniteTimeSpan"/>, for what is left until a
    /// deadline may happen to be just that.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>All that is ready; nothing when the time was over, or because of <see cref="Wake"/>.</returns>
    /// <exception cref="InvalidOperationException">Another thread is inside <c>Select</c>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing was ready.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed, or was while this waited.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    public IReadOnlyList<ReadyKey> Select(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        long deadline = DeadlineOf(timeout);
        Enter(cancellationToken);
        try
        {
            int most = Math.Max(Map.Count, 1);
            if (_scratch.Length < most)
            {
                _scratch = new ReadyKey[Math.Max(most, _scratch.Length * 2)];
            }

            int count = SelectInto(_scratch, deadline, cancellationToken);
            ReadyKey[] ready = _scratch.AsSpan(0, count).ToArray();
            Array.Clear(_scratch, 0, count);
            return ready;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Blocks until something is ready, or the time is over. Allocates nothing.</summary>
    /// <param name="ready">
    /// Is filled with what is ready; at least one element. What finds no room is told by the following calls, in turn: nothing is passed over, however much is ready.
    /// </param>
    /// <param name="timeout">
    /// How long to wait at most, never cut short; null to wait without end. 0 or less only looks; so does <see cref="Timeout.InfiniteTimeSpan"/>, for what is left until a
    /// deadline may happen to be just that.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many elements were filled in; 0 when the time was over, or because of <see cref="Wake"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="ready"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">Another thread is inside <c>Select</c>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and nothing was ready.</exception>
    /// <exception cref="ObjectDisposedException">The selector is closed, or was while this waited.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    public int Select(Span<ReadyKey> ready, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (ready.IsEmpty)
        {
            throw new ArgumentException("There is no room for what is ready: give at least one element.", nameof(ready));
        }

        long deadline = DeadlineOf(timeout);
        Enter(cancellationToken);
        try
        {
            return SelectInto(ready, deadline, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Ends the <c>Select</c> that a thread is in, or else the next one at once; it brings what is ready at that moment, perhaps nothing. Several before that count as one.
    /// May be called from any thread; does nothing once the selector is disposed.
    /// </summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWakeRequested = true;
            Rouse_UnderGate();
        }
    }

    /// <summary>Throws when this implementation cannot watch a descriptor of that number.</summary>
    private protected virtual void CheckNumber(int number, string parameterName)
    {
    }

    /// <summary>The implementation's part, under the gate: watch it from now on.</summary>
    /// <exception cref="SystemCallException">The system refuses; nothing was changed.</exception>
    private protected abstract void Watch(Registration registration);

    /// <summary>The implementation's part, under the gate: its events have changed.</summary>
    /// <exception cref="SystemCallException">The system refuses.</exception>
    private protected abstract void Rewatch(Registration registration);

    /// <summary>The implementation's part, under the gate: do not watch it any more. Its descriptor may be closed, or another's by now.</summary>
    private protected abstract void Unwatch(Registration registration);

    /// <summary>The implementation's part, under the gate: somebody is about to <see cref="Sleep"/>.</summary>
    private protected abstract void Prepare();

    /// <summary>The implementation's part, outside of the gate: blocks until something is ready, for at most so many; 0 when the time was over.</summary>
    private protected abstract int Sleep(int most, long deadline);

    /// <summary>
    /// The implementation's part, under the gate: what the last sleep brought, as far as there is room; how many, and whether some of it was stale. The same stale report must
    /// not come again for ever.
    /// </summary>
    private protected abstract int Collect(int signalled, Span<ReadyKey> ready, out bool wasStale);

    /// <summary>The implementation's part: closes its own descriptors.</summary>
    private protected virtual void CloseOwn()
    {
    }

    /// <summary>Nobody sleeps any more; or a constructor of an implementation has failed.</summary>
    private protected void CloseAll_UnderGate()
    {
        CloseOwn();
        _wake.Dispose();
    }

    /// <summary>Wakes the sleeper, who looks why.</summary>
    private protected void Rouse_UnderGate()
    {
        Debug.Assert(_isAsleep || !_isRoused, "roused, and not asleep");
        if (_isAsleep && !_isRoused)
        {
            _isRoused = true;
            _wake.Set();
        }
    }

    private void Enter(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isSelecting)
            {
                throw new InvalidOperationException("Another thread is inside Select of this selector. One at a time may be; give each thread a selector of its own.");
            }

            _isSelecting = true;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            EndSleep_UnderGate();
            _isSelecting = false;
            _selects++;
            if (_isDisposed)
            {
                CloseAll_UnderGate();
            }
        }
    }

    private int SelectInto(Span<ReadyKey> ready, long deadline, CancellationToken token)
    {
        using CancellationTokenRegistration registration = token.UnsafeRegister(static selector => ((Selector)selector!).Rouse(), this);
        bool isWoken = false;
        try
        {
            while (true)
            {
                int most;
                bool looksOnly;
                lock (_gate)
                {
                    ObjectDisposedException.ThrowIf(_isDisposed, this);
                    isWoken |= TakeWake_UnderGate();
                    looksOnly = isWoken || deadline == MonotonicClock.AtOnce || token.IsCancellationRequested;
                    most = Math.Min(ready.Length, _table.Count + 1);
                    Prepare();
                    _isAsleep = !looksOnly;
                }

                int signalled = Sleep(most, looksOnly ? MonotonicClock.AtOnce : deadline);
                lock (_gate)
                {
                    EndSleep_UnderGate();
                    ObjectDisposedException.ThrowIf(_isDisposed, this);
                    int count = Collect(signalled, ready, out bool wasStale);
                    isWoken |= TakeWake_UnderGate();
                    _stale += wasStale ? 1 : 0;
                    if (count == 0)
                    {
                        token.ThrowIfCancellationRequested();
                    }

                    if (count > 0 || isWoken || (!wasStale && (looksOnly || signalled == 0)))
                    {
                        _reported += count;
                        _wakes += isWoken ? 1 : 0;
                        return count;
                    }
                }
            }
        }
        catch (SystemCallException error)
        {
            throw new IOException($"Nothing can be waited for: {error.Message}", error);
        }
    }

    private void Rouse()
    {
        lock (_gate)
        {
            Rouse_UnderGate();
        }
    }

    private bool TakeWake_UnderGate()
    {
        bool isWoken = _isWakeRequested;
        _isWakeRequested = false;
        return isWoken;
    }

    private void EndSleep_UnderGate()
    {
        _isAsleep = false;
        if (_isRoused)
        {
            _isRoused = false;
            _wake.Reset();
        }
    }

    // Ticks are of 100 nanoseconds. What would not fit is over 200 years away.
    private static long DeadlineOf(TimeSpan? timeout) => timeout switch
    {
        null => MonotonicClock.Never,
        { Ticks: <= 0 } => MonotonicClock.AtOnce,
        { TotalDays: > 70_000 } => MonotonicClock.Never,
        { } time => MonotonicClock.Now + (time.Ticks * 100),
    };

    private static WakeDescriptor OpenWake()
    {
        try
        {
            return new WakeDescriptor();
        }
        catch (SystemCallException error)
        {
            throw Unavailable("selector", error);
        }
    }

    private protected static IOException Unavailable(string what, SystemCallException error) =>
        new($"No {what} could be made: {error.Message} Close what is not needed, or raise the limit on open files (ulimit -n).", error);
}
