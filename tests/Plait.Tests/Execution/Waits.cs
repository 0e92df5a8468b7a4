using Xunit;

namespace Plait.Tests.Execution;

/// <summary>How long a test of futures waits for what must happen at once.</summary>
internal static class Waits
{
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>The task's end, or a failure of the test.</summary>
    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Hang, TestContext.Current.CancellationToken);

    /// <summary>The task's end, or a failure of the test.</summary>
    public static Task InTime(this Task task) => task.WaitAsync(Hang, TestContext.Current.CancellationToken);
}
