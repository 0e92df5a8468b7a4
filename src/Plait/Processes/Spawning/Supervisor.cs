using System.Collections.Concurrent;
using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>A thread that waits for many descriptors at once and calls back, on itself, the owner of each that is readable.</summary>
internal sealed class Supervisor
{
    private readonly EventPoll _poll = new();
    private readonly ConcurrentDictionary<long, Action<long>> _callbacks = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private long _lastId;

    private Supervisor(string name)
    {
        var thread = new Thread(Loop, 512 * 1024) { IsBackground = true, Name = name };
        thread.UnsafeStart();
    }

    /// <summary>Watches pidfds. Callbacks are short and never write to anything that may block.</summary>
    public static Supervisor Deaths { get; } = new("Plait supervisor");

    /// <summary>Watches children's output. Callbacks may block on this process's own output; deaths are noticed all the same.</summary>
    public static Supervisor Output { get; } = new("Plait output");

    /// <summary>Calls <paramref name="onReadable"/> with the watch's number whenever the descriptor is readable, until <see cref="Forget"/>.</summary>
    public long Watch(Descriptor descriptor, Action<long> onReadable)
    {
        long id = Interlocked.Increment(ref _lastId);
        _callbacks[id] = onReadable;
        _poll.Register(descriptor, id);
        return id;
    }

    /// <summary>Stops watching. Called before the descriptor is closed; a callback that already runs finishes.</summary>
    public void Forget(long id, Descriptor descriptor)
    {
        if (_callbacks.TryRemove(id, out _))
        {
            _poll.Unregister(descriptor);
        }
    }

    /// <summary>Runs <paramref name="action"/> once on this thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        _poll.Wake();
    }

    private void Loop()
    {
        Span<long> ids = stackalloc long[64];
        while (true)
        {
            int count = _poll.Wait(ids);
            for (int i = 0; i < count; i++)
            {
                if (_callbacks.TryGetValue(ids[i], out Action<long>? callback))
                {
                    long id = ids[i];
                    Run(() => callback(id));
                }
            }

            while (_posted.TryDequeue(out Action? action))
            {
                Run(action);
            }
        }
    }

    // A callback of ours that throws is a bug; ending the host process for it would be a worse one.
    private static void Run(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception error)
        {
            Console.Error.WriteLine($"Plait: the supervisor met an unexpected error: {error}");
        }
    }
}
