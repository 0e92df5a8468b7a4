using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>Something that an async wait can be ended with.</summary>
internal sealed class ReadySignal : IWakeable
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _ready.Task;

    public void Wake() => _ready.TrySetResult();
}

/// <summary>An async wait for one descriptor. Completes when it is ready, or when somebody wakes it.</summary>
internal sealed class ReadyWatch(long id, Descriptor descriptor) : IWakeable
{
    private readonly ReadySignal _ready = new();

    public long Id => id;

    /// <summary>A duplicate of what is watched: it stays what it is while it is watched, whatever becomes of the original.</summary>
    public Descriptor Descriptor => descriptor;

    public Task Ready => _ready.Task;

    public void Wake() => _ready.Wake();
}

/// <summary>The thread that watches for all async waits of pipes in this process. It starts with the first one that does not end at once.</summary>
internal sealed class ReadinessLoop
{
    private static readonly Lazy<ReadinessLoop> First = new(static () => new ReadinessLoop());

    private readonly EventPoll _poll = new();
    private readonly ConcurrentDictionary<long, ReadyWatch> _watches = new();
    private long _lastId;

    private ReadinessLoop() => new Thread(Loop, 256 * 1024) { IsBackground = true, Name = "Plait pipes" }.UnsafeStart();

    public static ReadinessLoop Instance => First.Value;

    /// <summary>Watches until it is ready or <see cref="Forget"/> is called, which must be called once in any case.</summary>
    public ReadyWatch Watch(SafeHandle source, bool forWriting)
    {
        var watch = new ReadyWatch(Interlocked.Increment(ref _lastId), Descriptor.Duplicate(source));
        _watches[watch.Id] = watch;
        try
        {
            _poll.RegisterOnce(watch.Descriptor, watch.Id, forWriting);
        }
        catch
        {
            _ = _watches.TryRemove(watch.Id, out _);
            watch.Descriptor.Dispose();
            throw;
        }

        return watch;
    }

    public void Forget(ReadyWatch watch)
    {
        _ = _watches.TryRemove(watch.Id, out _);

        // Before it is closed: the kernel keeps watching what has another descriptor.
        _poll.Unregister(watch.Descriptor);
        watch.Descriptor.Dispose();
    }

    private void Loop()
    {
        Span<long> ids = stackalloc long[64];
        while (true)
        {
            int count = _poll.Wait(ids);
            foreach (long id in ids[..count])
            {
                if (_watches.TryGetValue(id, out ReadyWatch? watch))
                {
                    watch.Wake();
                }
            }
        }
    }
}
