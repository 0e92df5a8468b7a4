using System.Collections.Concurrent;
using Plait.Synchronization;

namespace Plait.Net.Servers;

/// <summary>Events that processes set when they accept. The memory of one is not used again while the program runs, so the event is.</summary>
internal static class UpEvents
{
    private static readonly Lazy<ProcessScope> s_scope = new(static () => ProcessScope.Create("servers"));
    private static readonly ConcurrentBag<IEvent> s_free = [];

    /// <summary>For tests: what it throws instead of giving one. Default: null.</summary>
    public static Exception? Refusal { get; set; }

    /// <exception cref="ScopeCapacityException">There is no memory for one more.</exception>
    public static IEvent Take() => Refusal is { } refusal ? throw refusal : s_free.TryTake(out IEvent? free) ? free : s_scope.Value.CreateEvent();

    /// <summary>It was set, or the process that would set it is gone; nobody waits.</summary>
    public static void GiveBack(IEvent up)
    {
        up.Reset();
        s_free.Add(up);
    }
}
