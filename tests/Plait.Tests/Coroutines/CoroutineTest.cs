using System.Runtime.ExceptionServices;
using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Tests of loops run one after another: they look at the watch's thread and at standard error, of which a process has one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CoroutineCollection
{
    public const string Name = "coroutines";
}

/// <summary>Base of the tests of coroutines: loops with a limit after which a test counts as hung, and short times.</summary>
[Collection(CoroutineCollection.Name)]
public abstract class CoroutineTest
{
    /// <summary>A time that does not come while a test runs.</summary>
    protected static readonly TimeSpan Long = TimeSpan.FromHours(1);

    /// <summary>A time that has come soon.</summary>
    protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);

    /// <summary>Runs a loop on a thread of its own and blocks until it has ended, or the test has failed.</summary>
    protected static T Run<T>(Func<Task<T>> main, EventLoopOptions? options = null) => OnThread(() => EventLoop.Run(main, options ?? Unwatched()));

    /// <inheritdoc cref="Run{T}(Func{Task{T}}, EventLoopOptions?)"/>
    protected static void Run(Func<Task> main, EventLoopOptions? options = null) => OnThread(() =>
    {
        EventLoop.Run(main, options ?? Unwatched());
        return true;
    });

    /// <summary>Runs a function on a thread of its own and blocks until it has returned, or the test has failed.</summary>
    protected static T OnThread<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception thrown)
            {
                error = ExceptionDispatchInfo.Capture(thrown);
            }
        })
        { IsBackground = true };
        thread.UnsafeStart();
        Assert.True(thread.Join(Waits.Hang), "Not over in time.");
        error?.Throw();
        return result;
    }

    /// <summary>A loop with a thread of its own, that nobody watches for long steps.</summary>
    protected static EventLoop StartLoop() => EventLoop.Start(Unwatched());

    protected static EventLoopOptions Unwatched() => new() { BlockedAfter = Timeout.InfiniteTimeSpan };

    /// <summary>Waits until somebody kills it.</summary>
    protected static Task Forever() => Coroutine.Sleep(Timeout.InfiniteTimeSpan).AsTask();

    /// <summary>Lets the others have some turns.</summary>
    protected static async Task Turns(int count = 5)
    {
        for (int i = 0; i < count; i++)
        {
            await Coroutine.Yield();
        }
    }

    /// <summary>A task that ends later, and goes on elsewhere behind <c>ConfigureAwait(false)</c>.</summary>
    protected static Task LeaveLoop()
    {
        TaskCompletionSource left = NewSource();
        _ = Coroutine.Spawn(() =>
        {
            left.SetResult();
            return Task.CompletedTask;
        });
        return left.Task;
    }

    /// <summary>Blocks until it is set, or the test has failed.</summary>
    protected static void InTime(ManualResetEventSlim set) => Assert.True(set.Wait(Waits.Hang), "Not set in time.");

    /// <summary>A task that another thread completes, with continuations that run elsewhere.</summary>
    protected static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
