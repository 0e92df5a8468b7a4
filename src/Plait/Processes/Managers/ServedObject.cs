using System.Diagnostics.CodeAnalysis;

namespace Plait.Processes.Managers;

/// <summary>
/// An object of the server, with the number of those who have it: proxies of clients, proxies on their way, and calls under way. Whoever brings that to
/// zero ends it; from zero it never comes back.
/// </summary>
internal sealed class ServedObject : IDisposable
{
    private readonly SemaphoreSlim? _turn;
    private int _uses = 1;
    private int _isEnded;
    private volatile bool _isOwned;

    public ServedObject(long id, object target, ManagedConcurrency concurrency, bool isOwned)
    {
        Id = id;
        Target = target;
        _isOwned = isOwned;
        _turn = concurrency == ManagedConcurrency.Serial ? new SemaphoreSlim(1, 1) : null;
    }

    public long Id { get; }

    public object Target { get; }

    /// <summary>Whether it is the manager's to dispose: a factory made it, and no other object was given it.</summary>
    public bool IsOwned => _isOwned;

    /// <summary>Another object may have it from now on, and use it when no proxy is left.</summary>
    public void GiveAway() => _isOwned = false;

    /// <summary>False: it is over.</summary>
    public bool TryUse()
    {
        int uses = Volatile.Read(ref _uses);
        while (uses > 0)
        {
            int seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
            {
                return true;
            }

            uses = seen;
        }

        return false;
    }

    /// <summary>True for the last use.</summary>
    public bool Unuse() => Interlocked.Decrement(ref _uses) == 0;

    /// <summary>Blocks until the calls that came before are over, if they run one at a time.</summary>
    public void Enter() => _turn?.Wait();

    public bool TryEnter(TimeSpan timeout) => _turn?.Wait(timeout) ?? true;

    /// <summary>As <see cref="Enter"/>; in the order of the calls.</summary>
    public Task EnterAsync() => _turn?.WaitAsync() ?? Task.CompletedTask;

    public void Leave() => _turn?.Release();

    /// <summary>Disposes the object, if it is the manager's, behind its last call.</summary>
    /// <returns>What the object threw.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The user's Dispose must not end the server.")]
    public Exception? End(TimeSpan patience)
    {
        if (!IsOwned || Target is not (IDisposable or IAsyncDisposable) || Interlocked.Exchange(ref _isEnded, 1) != 0)
        {
            return null;
        }

        if (!TryEnter(patience))
        {
            return new TimeoutException($"a call was still running in it after {patience.TotalSeconds:0.###} s");
        }

        try
        {
            if (Target is IDisposable disposable)
            {
                disposable.Dispose();
            }
            else
            {
                ((IAsyncDisposable)Target).DisposeAsync().AsTask().GetAwaiter().GetResult();
            }

            return null;
        }
        catch (Exception error)
        {
            return error;
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose() => _turn?.Dispose();
}
