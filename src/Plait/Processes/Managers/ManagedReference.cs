using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace Plait.Processes.Managers;

/// <summary>
/// One claim of this process on an object of a manager: the server counts it until it is released, by the last proxy that has it or by the collector. Not for
/// use in programs.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ManagedReference
{
    private readonly Lock _gate = new();

    // Guarded by _gate: proxies of this process, and the ticket that the reference came with, until it is exchanged.
    private int _proxies;
    private Guid? _ticket;

    internal ManagedReference(ManagerClient client, long id, Guid? ticket = null)
    {
        Client = client;
        Id = id;
        _ticket = ticket;
        if (ticket is not null)
        {
            // Soon, for the sender may be about to end; not here, for this may be the thread that all messages of the process come by.
            ThreadPool.UnsafeQueueUserWorkItem(static reference => reference.RedeemEarly(), this, preferLocal: false);
        }
    }

    /// <summary>Collected without a call of Release: told to the server from another thread.</summary>
    ~ManagedReference() => Client.Forget(Id, _ticket);

    internal ManagerClient Client { get; }

    /// <summary>The object's number in its server.</summary>
    internal long Id { get; }

    /// <summary>Another proxy has it.</summary>
    internal void Share()
    {
        lock (_gate)
        {
            _proxies++;
        }
    }

    /// <summary>A proxy lets go of it. The last one waits until the server knows, and until the object is disposed if it was the last of all.</summary>
    [SuppressMessage("Usage", "CA1816:Dispose methods should call SuppressFinalize", Justification = "Proxies share it, each with a Dispose of its own; the last one ends it.")]
    internal void Unshare()
    {
        Guid? ticket;
        lock (_gate)
        {
            if (--_proxies > 0)
            {
                return;
            }

            ticket = _ticket;
            GC.SuppressFinalize(this);
        }

        Client.Release(Id, ticket);
    }

    /// <summary>Before the first use of a reference that came from another process: the server moves the claim to this one.</summary>
    /// <exception cref="ObjectDisposedException">The server has the object no more.</exception>
    /// <exception cref="ManagerDiedException">The server is gone.</exception>
    internal void Redeem()
    {
        lock (_gate)
        {
            if (_ticket is { } ticket)
            {
                Client.Redeem(Id, ticket);
                _ticket = null;
            }
        }
    }

    private void RedeemEarly()
    {
        try
        {
            Redeem();
        }
        catch (Exception error) when (error is ObjectDisposedException or ManagerDiedException or TimeoutException)
        {
            // The first call says so to somebody who can do something about it.
        }
    }
}
