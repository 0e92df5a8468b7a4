using Plait.Interop;

namespace Plait.Net.Servers;

/// <summary>One model at work: accepts, serves, ends.</summary>
internal abstract class ServerHost(ServerCore core)
{
    protected ServerCore Core => core;

    /// <summary>Who serves, from the beginning on.</summary>
    public abstract IReadOnlyList<ServerWorker> Workers { get; }

    /// <summary>Begins. Takes the sockets that listen, also if it throws.</summary>
    /// <param name="listeners">One a worker that has its own; otherwise one.</param>
    public abstract void Start(IReadOnlyList<Descriptor> listeners);

    /// <summary>Stops accepting once what is queued has been accepted, waits until all connections have ended, and breaks off those that have not in time.</summary>
    /// <param name="drain">How long.</param>
    /// <returns>Whether nothing of it is left.</returns>
    public abstract Task<bool> StopAsync(TimeSpan drain);

    /// <summary>Whether it completes in time.</summary>
    protected static async Task<bool> InTimeAsync(Task task, TimeSpan time)
    {
        try
        {
            // Timers of the runtime take 49 days at most: more is no limit.
            await task.WaitAsync(time.TotalMilliseconds < uint.MaxValue ? time : Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
