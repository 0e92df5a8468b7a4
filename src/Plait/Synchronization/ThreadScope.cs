using Plait.Synchronization.Engine;
using Plait.Telemetry;

namespace Plait.Synchronization;

/// <summary>Shared by the threads and async flows of this process. Its primitives lie in private memory and are freed when nobody refers to them.</summary>
public sealed class ThreadScope : Scope
{
    private static int s_last;

    private ThreadScope(uint id, string name)
        : base(ScopeMemory.Private, id, name)
    {
    }

    internal static ThreadScope OfJoins() => new(uint.MaxValue, "joins");

    /// <summary>A new scope, with names of its own.</summary>
    /// <param name="name">What reports call it; null for "threads" and a number.</param>
    public static ThreadScope Create(string? name = null)
    {
        WaitInstruments.Publish();
        uint id = (uint)Interlocked.Increment(ref s_last);
        return new ThreadScope(id, name ?? $"threads-{id}");
    }
}
