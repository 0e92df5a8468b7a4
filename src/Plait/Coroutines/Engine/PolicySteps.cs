using System.Runtime.InteropServices;
using Plait.Scheduling;

namespace Plait.Coroutines.Engine;

/// <summary>
/// Steps whose order a policy decides. To the policy a coroutine is an entry, and a step a burst: one that awaits something blocks, and is woken by its next step. For the loop's thread.
/// </summary>
internal sealed class PolicySteps(SchedulingPolicy policy)
{
    // Those that have had a step and have not ended.
    private readonly Dictionary<Coroutine, CoroutineEntry> _entries = [];
    private CoroutineEntry? _running;
    private long _slice;

    // Read by all.
    private int _count;

    /// <summary>How many steps wait. From any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A step of a coroutine is ready.</summary>
    public void Add(in Step step, long now)
    {
        Coroutine coroutine = step.Context!.Root;
        ref CoroutineEntry? entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, coroutine, out bool isKnown);
        entry ??= new CoroutineEntry(coroutine);
        entry.Steps.Enqueue(step);
        Volatile.Write(ref _count, _count + 1);
        if (!isKnown)
        {
            policy.Add(entry, now);
        }
        else if (entry.Steps.Count == 1 && entry != _running)
        {
            policy.Wake(entry, now);
        }
    }

    /// <summary>The next step, one of those that wait: <see cref="OnRan"/> follows.</summary>
    public Step Take(long now)
    {
        _ = policy.TryTake(now, out SchedulingEntry? entry, out _slice);
        _running = (CoroutineEntry)entry!;
        Volatile.Write(ref _count, _count - 1);
        return _running.Steps.Dequeue();
    }

    /// <summary>The step that was taken has run, and what it made ready was added.</summary>
    public void OnRan(long ran, long now)
    {
        CoroutineEntry entry = _running!;
        _running = null;
        if (entry.Steps.Count == 0 && !entry.Coroutine.IsAlive)
        {
            _entries.Remove(entry.Coroutine);
            policy.Finish(entry, ran, now);
        }
        else if (entry.Steps.Count != 0 && ran >= _slice)
        {
            policy.Requeue(entry, ran, now);
        }
        else
        {
            // Also one that could go on: it has given up the rest of its slice, and those that are equal to it have their turn first.
            policy.Block(entry, ran, now);
            if (entry.Steps.Count != 0)
            {
                policy.Wake(entry, now);
            }
        }
    }

    /// <summary>All that wait: the loop ends.</summary>
    public IEnumerable<Step> All() => _entries.Values.SelectMany(static entry => entry.Steps);
}
