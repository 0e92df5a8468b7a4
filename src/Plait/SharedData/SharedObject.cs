using Plait.Codecs;
using Plait.Memory;
using Plait.SharedData.Engine;
using Plait.Synchronization;

namespace Plait.SharedData;

/// <summary>
/// What shared data has in common. It is handed to a child, or to a task of a process executor, as an argument or a captured value, or put into a
/// queue; on the other side it is the same memory. It is freed when every process that holds it has disposed it, has let its object be collected, or
/// is dead; one with a name stays as long as its scope's memory.
/// </summary>
/// <remarks>
/// A reference that is on its way counts as held by who sent it, and is not collected there: dispose it when the receiver has it. If the sender
/// dies first, another process of the scope keeps it for the receiver.
/// </remarks>
public abstract class SharedObject : IDisposable
{
    private readonly SharedPart? _part;

    private protected SharedObject(SharedPart? part) => _part = part;

    /// <summary>Its name, or what it is and its number.</summary>
    public virtual string Name => Part.Name;

    /// <summary>The scope that it was made in.</summary>
    public virtual IScope Scope => Part.Scope;

    /// <summary>
    /// A reentrant lock that goes with the data: the same one for everybody who has it, made when it is first asked for. Nothing takes it by itself:
    /// it is there for changes of more than one step.
    /// </summary>
    /// <exception cref="ScopeCapacityException">The scope has no room for it.</exception>
    /// <exception cref="ObjectDisposedException">This object or its scope is disposed.</exception>
    public virtual IReentrantLock Lock => Part.Lock;

    internal SharedPart Part => _part!;

    internal abstract ObjectKind Kind { get; }

    internal virtual Type[] Types => [];

    internal virtual IReadOnlyList<ICodec> Codecs => [];

    /// <summary>Writes itself in a way of its own; false when it goes as what is in a scope's memory.</summary>
    internal virtual bool WriteOwn(PayloadWriter writer)
    {
        if (Kind == ObjectKind.SharedMemory)
        {
            writer.WriteBool(value: false);
        }

        return false;
    }

    /// <summary>Ends this object's use of the data. Others go on; the last one frees the memory, so no span over it may be in use any more.</summary>
    public void Dispose()
    {
        DisposeOwn();
        GC.SuppressFinalize(this);
    }

    private protected virtual void DisposeOwn() => _part?.Dispose();

    /// <inheritdoc/>
    public override string ToString() => Part.ToString();
}
