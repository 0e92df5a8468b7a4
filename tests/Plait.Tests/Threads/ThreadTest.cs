using Plait.Tests.Execution;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Base of every test of threads. A test ends when every thread that it started has ended, and nobody listens for exceptions any more.</summary>
[Collection(ThreadCollection.Name)]
public abstract class ThreadTest : IDisposable
{
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        OnEnd();
        WorkerThread[] left = [.. Started()];
        foreach (WorkerThread thread in left)
        {
            Assert.True(thread.Join(Waits.Hang), $"Left behind: {thread}");
        }

        Assert.Null(WorkerThread.UnhandledExceptionHandlers);
    }

    /// <summary>What a test opens at its end, before it is seen what it leaves behind.</summary>
    protected virtual void OnEnd()
    {
    }

    /// <summary>The living threads that were started as a WorkerThread.</summary>
    protected static IEnumerable<WorkerThread> Started() => WorkerThread.Enumerate().Where(static thread => !thread.IsMain && !thread.IsForeign);

    /// <summary>Blocks until it is set, or the test has failed.</summary>
    protected static void InTime(ManualResetEventSlim set) => Assert.True(set.Wait(Waits.Hang), "Not set in time.");

    /// <summary>Blocks until the thread has ended, or the test has failed.</summary>
    protected static T Joined<T>(T thread)
        where T : WorkerThread
    {
        Assert.True(thread.Join(Waits.Hang), $"Not ended in time: {thread}");
        return thread;
    }
}
