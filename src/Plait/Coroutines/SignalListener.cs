using System.Runtime.InteropServices;

namespace Plait.Coroutines;

/// <summary>
/// Signals to this process, for coroutines to await. While it lives they have no other effect: SIGINT and SIGTERM do not end the process. Members are safe for all threads.
/// </summary>
/// <remarks>As with the kernel's own signals, one that comes again before it was awaited counts once.</remarks>
public sealed class SignalListener : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    // Guarded by _gate: those that came and were not awaited, in the order of coming, and what tells the next that waits.
    private readonly List<PosixSignal> _pending = [];
    private TaskCompletionSource? _came;
    private bool _isDisposed;

    /// <summary>Listens from now on.</summary>
    /// <param name="signals">Those of <see cref="PosixSignal"/>, or raw numbers.</param>
    /// <exception cref="ArgumentException">None is given.</exception>
    /// <exception cref="IOException">The system does not let that signal be handled, such as SIGKILL.</exception>
    public SignalListener(params ReadOnlySpan<PosixSignal> signals)
    {
        if (signals.IsEmpty)
        {
            throw new ArgumentException("Name the signals to listen for: without any, nothing ever comes.", nameof(signals));
        }

        try
        {
            foreach (PosixSignal signal in signals)
            {
                _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next signal. A kill, or the end of a scope of time, ends the wait, and the signal is there for the next one.</summary>
    /// <returns>Which one came.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public async Task<PosixSignal> WaitAsync()
    {
        while (true)
        {
            Task came;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (_pending.Count > 0)
                {
                    PosixSignal first = _pending[0];
                    _pending.RemoveAt(0);
                    return first;
                }

                came = (_came ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await Coroutine.Await(came);
        }
    }

    /// <summary>Listens no more: the signals do what they did before. Who waits is told by an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Tell();
        }

        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            if (!_pending.Contains(context.Signal))
            {
                _pending.Add(context.Signal);
            }

            Tell();
        }
    }

    // All that wait look again; who finds nothing waits once more.
    private void Tell()
    {
        _came?.TrySetResult();
        _came = null;
    }
}
