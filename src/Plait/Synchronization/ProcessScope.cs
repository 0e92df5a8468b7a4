using Plait.Synchronization.Engine;
using Plait.Telemetry;

namespace Plait.Synchronization;

/// <summary>
/// Shared by processes of one machine. What it makes is handed to a child, or to a task of a process executor, as an argument or a
/// captured value; it works the same on both sides. The end of any process, at any moment, leaves everything usable.
/// </summary>
/// <remarks>
/// The memory belongs to the program and all processes that it starts, in every generation, and is gone with the last of them. A record is
/// 128 bytes and is not used again while the program runs.
/// </remarks>
public sealed class ProcessScope : Scope
{
    // The names of a memory that has a name itself are all in one scope.
    private const uint OfNamedMemory = 0;

    internal ProcessScope(ScopeMemory memory, uint id, string name)
        : base(memory, id, name)
    {
    }

    /// <summary>Whether unrelated processes find it by its name.</summary>
    public bool IsNamed => Memory.LockFile is not null;

    /// <summary>
    /// The scope of that name, among all processes of this user that open it: made by the first, and gone with the last. It lies in a
    /// file of 64 MiB in <c>$XDG_RUNTIME_DIR/plait</c>, or else in the temporary folder, that only this user can open.
    /// </summary>
    /// <param name="name">1 to 100 letters, digits, '-', '_' and '.', not beginning with '.'.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="InvalidDataException">It was made by another build of Plait whose layout differs.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is another user's, or open to others.</exception>
    /// <exception cref="IOException">The file system has no room for it.</exception>
    public static ProcessScope Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        WaitInstruments.Publish();
        return FromNamedMemory(name);
    }

    internal static ProcessScope FromNamedMemory(string name) => new(NamedMemories.Get(name), OfNamedMemory, name);

    /// <summary>A new scope among this program and its children, with names of its own.</summary>
    /// <param name="name">What reports call it; null for "processes" and a number.</param>
    /// <exception cref="OutOfMemoryException">The address space has no room (ulimit -v).</exception>
    public static unsafe ProcessScope Create(string? name = null)
    {
        WaitInstruments.Publish();
        ScopeMemory memory = TreeMemory.Memory;
        uint id = Interlocked.Increment(ref memory.Header->ScopeTop);
        return new ProcessScope(memory, id, name ?? $"processes-{id}");
    }
}
