using System.Collections.Concurrent;

namespace Plait.Queues.Engine;

/// <summary>The queues of thread scopes that have a name. Their items belong to one core, behind the objects of all who open the name; like their records they stay as long as the process.</summary>
internal static class NamedQueues
{
    private static readonly ConcurrentDictionary<uint, Lazy<object>> All = new();

    /// <summary>The one core of those records, and what belongs to it.</summary>
    public static TCore GetOrAdd<TCore>(QueueParts parts, Func<QueueParts, TCore> make)
        where TCore : notnull => (TCore)All.GetOrAdd(parts.Index, _ => new Lazy<object>(() => make(parts))).Value;
}
