using System.ComponentModel;

namespace Plait.Processes.Managers;

/// <summary>What the generator writes for an interface with <see cref="ManagedContractAttribute"/>: its methods by number, and a proxy. Not for use in programs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ManagedContract
{
    private static int s_lastNumber;

    /// <summary>Called by generated code.</summary>
    protected ManagedContract()
    {
    }

    /// <summary>The interface.</summary>
    public abstract Type Interface { get; }

    /// <summary>A hash over the methods and their order: both sides must have the same.</summary>
    public abstract long Fingerprint { get; }

    /// <summary>This process's number for the contract on every connection.</summary>
    internal int Number { get; } = Interlocked.Increment(ref s_lastNumber);

    /// <summary>The exception types that an answer may bring besides the framework's: those of the contract's own assemblies.</summary>
    internal Func<string, string, Type?> ExceptionTypes => field ??= Codecs.ExceptionTypes.Of(Interface);

    /// <summary>Makes a proxy.</summary>
    /// <param name="reference">The object that it stands for.</param>
    /// <returns>The proxy.</returns>
    public abstract ManagedProxy CreateProxy(ManagedReference reference);

    /// <summary>Words for a method.</summary>
    /// <param name="method">Its number.</param>
    /// <returns>Such as <c>ICounter.Add</c>.</returns>
    public abstract string NameOf(int method);

    /// <summary>Calls a method of an object of this process.</summary>
    /// <param name="target">The object.</param>
    /// <param name="method">The method's number.</param>
    /// <param name="arguments">Where its arguments are read from.</param>
    /// <param name="reply">Where its result goes.</param>
    /// <returns>Complete when the result is written; at once for a method that is not asynchronous.</returns>
    public abstract ValueTask InvokeAsync(object target, int method, ref ManagedArguments arguments, ManagedReply reply);

    /// <summary>The number of a method came from another build, or from somebody who makes things up.</summary>
    /// <param name="method">The number.</param>
    /// <returns>What to throw.</returns>
    protected Exception NoSuchMethod(int method) => new InvalidDataException($"{Interface} has no method {method}.");
}
