namespace Plait.Processes.Pooling;

/// <content>What functions report while they run.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Told what a receiver of reports threw, and for which task. Without a handler a line goes to standard error.</summary>
    public event Action<string, Exception>? ProgressFailed;

    /// <summary>On the thread pool: the code of whom a function reported to threw, or what was reported could not be read.</summary>
    public void OnProgressFailed(PooledCall call, Exception error)
    {
        if (ProgressFailed is not { } handlers)
        {
            Complain($"the progress object of task '{call.Name}' threw: {error}");
            return;
        }

        foreach (Delegate handler in handlers.GetInvocationList())
        {
            try
            {
                ((Action<string, Exception>)handler)(call.Name, error);
            }
            catch (Exception another)
            {
                // On a thread-pool thread it would end the process.
                Complain($"a handler of ProgressFailed threw for task '{call.Name}': {another}");
            }
        }
    }

    /// <summary>Deals with a call's end on the thread pool, behind all that it has reported.</summary>
    private static void AfterReports(PooledCall call, IThreadPoolWorkItem end)
    {
        if (call.Reports is not { } reports || !reports.TryDefer(end))
        {
            ThreadPool.UnsafeQueueUserWorkItem(end, preferLocal: false);
        }
    }

    /// <summary>Tells who looks at standard error what nobody else is there to be told.</summary>
    public static void Complain(string what)
    {
        try
        {
            Console.Error.WriteLine($"Plait: {what}");
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Nobody reads standard error, or it was replaced by a writer that is closed: there is nobody left to tell.
        }
    }

    private sealed class LaterEnd(Action end) : IThreadPoolWorkItem
    {
        public void Execute() => end();
    }
}
