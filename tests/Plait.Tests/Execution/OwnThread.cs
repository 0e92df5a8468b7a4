namespace Plait.Tests.Execution;

/// <summary>What a test runs beside itself.</summary>
internal static class OwnThread
{
    /// <summary>Runs a function on a thread of its own, which ends with it.</summary>
    public static Task<T> Run<T>(Func<T> function)
    {
        var end = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                end.SetResult(function());
            }
            catch (Exception error)
            {
                end.SetException(error);
            }
        })
        { IsBackground = true }.UnsafeStart();
        return end.Task;
    }
}
