using System.Runtime.InteropServices;

namespace Plait.Execution.Local;

/// <summary>
/// What passes between who submits and who looks for work, on a cache line of its own: that line goes from processor to processor for a task, and
/// those of what is only read stay where they are.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct SearchLine
{
    /// <summary>The first task of the queue for all, where it was empty and a worker looked for one.</summary>
    [FieldOffset(64)]
    public ILocalTask? Handed;

    /// <summary>How many workers look.</summary>
    [FieldOffset(72)]
    public int Searching;
}
