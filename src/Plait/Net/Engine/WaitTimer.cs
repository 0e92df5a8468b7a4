using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>
/// Ends the receive and the send of a connection that last too long. One timer for both, which is set only when nothing earlier is: a wait that ends in time leaves it alone, and when it goes off
/// too early it is set again. So a connection that is busy costs the system's timers next to nothing.
/// </summary>
internal sealed class WaitTimer : IDisposable
{
    private readonly Lock _gate = new();

    // All guarded by _gate.
    private Wait _receive = new();
    private Wait _send = new();
    private Timer? _timer;
    private long _setFor = MonotonicClock.Never;
    private bool _isDisposed;

    /// <summary>A wait begins; the token ends it at its deadline.</summary>
    /// <param name="isSend">Which of the two.</param>
    /// <param name="deadline">By the monotonic clock.</param>
    public CancellationToken Begin(bool isSend, long deadline)
    {
        if (deadline == MonotonicClock.Never)
        {
            return CancellationToken.None;
        }

        lock (_gate)
        {
            ref Wait wait = ref Of(isSend);
            if (wait.End is null || wait.End.IsCancellationRequested)
            {
                wait.End?.Dispose();
                wait.End = new CancellationTokenSource();
            }

            wait.Deadline = deadline;
            SetBy(deadline);
            return wait.End.Token;
        }
    }

    /// <summary>The wait is over. Whoever is late with its end would end the next one: hence the lock.</summary>
    public void End(bool isSend)
    {
        lock (_gate)
        {
            Of(isSend).Deadline = MonotonicClock.Never;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
            _receive.End?.Dispose();
            _send.End?.Dispose();
        }
    }

    private void GoOff()
    {
        lock (_gate)
        {
            _setFor = MonotonicClock.Never;
            if (!_isDisposed)
            {
                // What waits for the token only queues its continuation, which is why that can be done in here.
                _receive.EndIfOver();
                _send.EndIfOver();
                SetBy(Math.Min(_receive.Deadline, _send.Deadline));
            }
        }
    }

    private void SetBy(long deadline)
    {
        if (deadline < _setFor && !_isDisposed)
        {
            _setFor = deadline;
            _timer ??= new Timer(static self => ((WaitTimer)self!).GoOff(), this, Timeout.Infinite, Timeout.Infinite);

            // One that is too far away for a timer goes off earlier, as said above.
            long milliseconds = Math.Clamp((deadline - MonotonicClock.Now + 999_999) / 1_000_000, 1, int.MaxValue);
            _ = _timer.Change(milliseconds, Timeout.Infinite);
        }
    }

    private ref Wait Of(bool isSend) => ref isSend ? ref _send : ref _receive;

    private struct Wait()
    {
        public long Deadline = MonotonicClock.Never;
        public CancellationTokenSource? End;

        public void EndIfOver()
        {
            if (MonotonicClock.IsOver(Deadline))
            {
                Deadline = MonotonicClock.Never;
                End!.Cancel();
            }
        }
    }
}
