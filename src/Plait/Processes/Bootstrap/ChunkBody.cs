namespace Plait.Processes.Bootstrap;

/// <summary>In a worker: the functions that a chunk of a map comes as. One for each kind of function that users may give.</summary>
internal static class ChunkBody
{
    public static void Run<TIn, TOut>(Func<TIn, TOut> function, TIn[] items, bool isTimed) =>
        new ChunkWork<TIn, TOut>(function, items, isTimed, CancellationToken.None).Run();

    public static void RunAsync<TIn, TOut>(Func<TIn, Task<TOut>> function, TIn[] items, bool isTimed) =>
        new ChunkWork<TIn, TOut>(item => Wait(function(item)), items, isTimed, CancellationToken.None).Run();

    public static void RunWithToken<TIn, TOut>(Func<TIn, CancellationToken, TOut> function, TIn[] items, bool isTimed, CancellationToken token) =>
        new ChunkWork<TIn, TOut>(item => function(item, token), items, isTimed, token).Run();

    public static void RunWithTokenAsync<TIn, TOut>(Func<TIn, CancellationToken, Task<TOut>> function, TIn[] items, bool isTimed, CancellationToken token) =>
        new ChunkWork<TIn, TOut>(item => Wait(function(item, token)), items, isTimed, token).Run();

    // This is the worker's main thread, which has nothing else to do.
    private static TOut Wait<TOut>(Task<TOut>? task) => task is null
        ? throw new InvalidOperationException("The function returned null instead of a task.")
        : task.IsCompletedSuccessfully ? task.Result : task.GetAwaiter().GetResult();
}
