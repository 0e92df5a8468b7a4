using System.ComponentModel;

namespace Plait.Processes.Managers;

/// <summary>What all generated proxies are. A proxy is thread-safe. Not for use in programs: <see cref="Manager"/> has what can be done with a proxy.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ManagedProxy : IDisposable, IAsyncDisposable
{
    private int _isDisposed;

    /// <summary>Called by generated code.</summary>
    /// <param name="reference">The object that it stands for.</param>
    protected ManagedProxy(ManagedReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        Reference = reference;
        reference.Share();
    }

    internal ManagedReference Reference { get; }

    /// <summary>Set when the proxy is made, before anybody else has it.</summary>
    internal ManagedContract Contract { get; private set; } = null!;

    /// <summary>How long a call may take; null: as long as its manager says.</summary>
    internal TimeSpan? CallTimeout { get; private set; }

    internal bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    internal static ManagedProxy Create(ManagedContract contract, ManagedReference reference)
    {
        ManagedProxy proxy = contract.CreateProxy(reference);
        proxy.Contract = contract;
        return proxy;
    }

    /// <summary>Another proxy of the same object.</summary>
    internal ManagedProxy With(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, Contract.Interface);
        var copy = (ManagedProxy)MemberwiseClone();
        copy.CallTimeout = timeout;
        copy.Reference.Share();
        return copy;
    }

    /// <summary>The timeout that it had in the process it came from.</summary>
    internal ManagedProxy Take(TimeSpan timeout)
    {
        CallTimeout = timeout;
        return this;
    }

    /// <summary>
    /// Lets go of the object. Blocks until the server knows; when no process has a proxy of it any more, the server disposes it, and this
    /// returns after that. Does nothing when the server is gone.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Reference.Unshare();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>As <see cref="Dispose"/>, on a thread of the pool.</summary>
    /// <returns>Completes when the server knows.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return IsDisposed ? default : new ValueTask(Task.Run(Dispose));
    }

    /// <summary>Which object it stands for.</summary>
    /// <returns>Contract, number and manager.</returns>
    public override string ToString() => $"{Contract.Interface.Name} #{Reference.Id} of {Reference.Client.Address}";

    /// <summary>Begins a call.</summary>
    /// <param name="method">The method's number.</param>
    /// <returns>Where the arguments go, in order; then it is invoked.</returns>
    /// <exception cref="ObjectDisposedException">The proxy is disposed.</exception>
    protected ManagedCall Begin(int method)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, Contract.Interface);
        return Reference.Client.Begin(this, method);
    }
}
