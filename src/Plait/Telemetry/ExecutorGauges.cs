using System.Diagnostics.Metrics;

namespace Plait.Telemetry;

/// <summary>What an executor has to do at one moment.</summary>
internal readonly record struct ExecutorNumbers(int Workers, int Busy, int Pending, int Running);

/// <summary>An executor that says so when it is asked.</summary>
internal interface IGaugedExecutor
{
    ExecutorIdentity Identity { get; }

    /// <summary>False once it has ended.</summary>
    bool TryRead(out ExecutorNumbers numbers);
}

/// <summary>Which executor it is, in every measurement and activity of it.</summary>
internal sealed class ExecutorIdentity(string name, string type)
{
    public KeyValuePair<string, object?> Name { get; } = new(Instruments.ExecutorName, name);

    public KeyValuePair<string, object?> Type { get; } = new(Instruments.ExecutorType, type);
}

/// <summary>The executors there are, asked for their numbers only when somebody collects them. They are held weakly.</summary>
internal static class ExecutorGauges
{
    // Guarded by itself.
    private static readonly List<WeakReference<IGaugedExecutor>> s_executors = [];

    public static void Add(IGaugedExecutor executor)
    {
        Instruments.Publish();
        lock (s_executors)
        {
            s_executors.RemoveAll(static known => !known.TryGetTarget(out _));
            s_executors.Add(new WeakReference<IGaugedExecutor>(executor));
        }
    }

    public static IEnumerable<Measurement<int>> Read(Func<ExecutorNumbers, int> choose) =>
        from one in All()
        select new Measurement<int>(choose(one.Numbers), one.Identity.Name, one.Identity.Type);

    public static IEnumerable<Measurement<int>> ReadWorkers()
    {
        foreach ((ExecutorIdentity identity, ExecutorNumbers numbers) in All())
        {
            yield return new Measurement<int>(numbers.Busy, identity.Name, identity.Type, new(Instruments.WorkerStateTag, "busy"));
            yield return new Measurement<int>(Math.Max(0, numbers.Workers - numbers.Busy), identity.Name, identity.Type, new(Instruments.WorkerStateTag, "idle"));
        }
    }

    private static List<(ExecutorIdentity Identity, ExecutorNumbers Numbers)> All()
    {
        var all = new List<(ExecutorIdentity, ExecutorNumbers)>();
        IGaugedExecutor[] executors;
        lock (s_executors)
        {
            executors = [.. s_executors.Select(static known => known.TryGetTarget(out IGaugedExecutor? executor) ? executor : null).OfType<IGaugedExecutor>()];
        }

        foreach (IGaugedExecutor executor in executors)
        {
            if (executor.TryRead(out ExecutorNumbers numbers))
            {
                all.Add((executor.Identity, numbers));
            }
        }

        return all;
    }
}
