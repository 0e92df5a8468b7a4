using Plait.Queues;
using Plait.Queues.Engine;

namespace Plait.Tests.Queues;

/// <summary>What tests want to know of a queue.</summary>
internal static class QueueFacts
{
    /// <summary>Units that wait for the end of the work.</summary>
    public static unsafe int WaitingJoiners<T>(this IJoinableQueue<T> queue) => (int)Volatile.Read(ref ((ScopeQueue)queue).Parts.Work.Record->QueueLength);

    /// <summary>What can be got now, also of a queue that is shut down.</summary>
    public static IEnumerable<T> ToDrainedQuietly<T>(this IQueue<T> queue)
    {
        while (queue.TryGetQuietly(out T item))
        {
            yield return item;
        }
    }

    /// <summary>False also for a queue that is shut down and empty.</summary>
    public static bool TryPeekQuietly<T>(this IQueue<T> queue, out T item)
    {
        try
        {
            return queue.TryPeek(out item);
        }
        catch (QueueShutdownException)
        {
            item = default!;
            return false;
        }
    }

    /// <summary>False also for a queue that is shut down and empty.</summary>
    public static bool TryGetQuietly<T>(this IQueue<T> queue, out T item)
    {
        try
        {
            return queue.TryGet(out item);
        }
        catch (QueueShutdownException)
        {
            item = default!;
            return false;
        }
    }

    /// <summary>What can be got now.</summary>
    public static IEnumerable<T> ToDrained<T>(this IQueue<T> queue)
    {
        while (queue.TryGet(out T item))
        {
            yield return item;
        }
    }

    /// <summary>Whether something holds of the statistics, to be asked again.</summary>
    public static Func<bool> GetStatisticsOf<T>(this IQueue<T> queue, Func<QueueStatistics, bool> fact) => () => fact(queue.GetStatistics());
}
