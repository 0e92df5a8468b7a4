using System.Collections.Concurrent;

namespace Plait.Benchmarks.Locks;

/// <summary>One thread on which all short operations are measured: an ordinary thread that is no thread-pool thread and in no async flow, and the same one for all sides.</summary>
internal static class MeasuringThread
{
    private static readonly BlockingCollection<Action> Work = Start();

    /// <summary>Runs the function there and blocks for its value.</summary>
    public static T Run<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception exception)
            {
                // The caller's to handle, whatever it is.
                done.SetException(exception);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> Start()
    {
        var work = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (Action action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "bench" };
        thread.UnsafeStart();
        return work;
    }
}
