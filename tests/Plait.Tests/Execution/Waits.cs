using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>How long a test of futures waits for what must happen at once.</summary>
internal static class Waits
{
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    /// <summary>The task's end, or a failure of the test.</summary>
    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Hang, TestContext.Current.CancellationToken);

    /// <summary>The task's end, or a failure of the test.</summary>
    public static Task InTime(this Task task) => task.WaitAsync(Hang, TestContext.Current.CancellationToken);

    /// <summary>The future's value or error, or a failure of the test.</summary>
    public static Task<T> InTime<T>(this Future<T> future) => future.Task.InTime();

    /// <summary>The future's error if it has one, or a failure of the test.</summary>
    public static Task InTime(this Future future) => future.Task.InTime();

    /// <summary>What the future fails with, which must be exactly of this type.</summary>
    public static Task<TError> FailsWith<TError>(this Future future)
        where TError : Exception => Assert.ThrowsAsync<TError>(async () =>
        {
            await future.Task.InTime();
        });

    /// <summary>Waits for the end, and sees that it is a cancellation.</summary>
    public static async Task<OperationCanceledException> IsCancelled(this Future future)
    {
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await future.Task.InTime());
        Assert.Equal(FutureState.Cancelled, future.State);
        return error;
    }

    /// <summary>
    /// Sees that nothing holds them any more. A thread that has just used one may have it in a register until it runs on, whenever that is: so this waits.
    /// </summary>
    public static void AreCollected(params WeakReference[] references) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !references.Any(static reference => reference.IsAlive);
            },
            Hang),
        $"Held: {string.Join(", ", references.Index().Where(static at => at.Item.IsAlive).Select(static at => at.Index))} of {references.Length}");
}
