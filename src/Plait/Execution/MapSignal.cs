using System.Threading.Tasks.Sources;

namespace Plait.Execution;

/// <summary>Wakes the one who enumerates, be it a thread or an await. Set by any thread; a set that nobody waits for is kept, once.</summary>
internal sealed class MapSignal : IValueTaskSource
{
    // Guarded by _gate, all of it. A plain object: Monitor's Wait and Pulse need one.
    private readonly object _gate = new();
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private bool _isSet;
    private bool _isAwaited;

    public void Set()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                _isSet = true;
                Monitor.Pulse(_gate);
                return;
            }

            _isAwaited = false;
        }

        // Outside the gate: nobody else completes the source before the next WaitAsync has reset it.
        _source.SetResult(true);
    }

    public void Wait()
    {
        lock (_gate)
        {
            while (!_isSet)
            {
                Monitor.Wait(_gate);
            }

            _isSet = false;
        }
    }

    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _source.Reset();
            _isAwaited = true;
            return new ValueTask(this, _source.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _ = _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
