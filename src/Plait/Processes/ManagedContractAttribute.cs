namespace Plait.Processes;

/// <summary>
/// Makes an interface a contract that objects of a <see cref="Manager"/> can be called by, from any process of the program. Its proxy is written by
/// Plait's generator when the interface is compiled, and what cannot be called from another process (events, ref parameters, generic methods and so on) is an
/// error at its declaration.
/// </summary>
/// <remarks>
/// Methods, properties and indexers without a body are called in the server, those of the interfaces it extends too. Members with a body run in the caller. What returns
/// <see cref="Task"/> or <see cref="ValueTask"/> takes no thread of the caller while it waits. Where the contract extends <see cref="IDisposable"/>, disposing the proxy lets go of the
/// object; the object itself is disposed when no proxy is left.
/// </remarks>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public sealed class ManagedContractAttribute : Attribute;
