using Plait.Execution;
using Plait.Processes.Bootstrap;

namespace Plait.Processes.Pooling;

/// <summary>The worker's functions for chunks of one map's types, as delegates that are made once.</summary>
internal static class ChunkFunctions<TIn, TOut>
{
    private static readonly Delegate s_run = ChunkBody.Run<TIn, TOut>;
    private static readonly Delegate s_runAsync = ChunkBody.RunAsync<TIn, TOut>;
    private static readonly Delegate s_runWithToken = ChunkBody.RunWithToken<TIn, TOut>;
    private static readonly Delegate s_runWithTokenAsync = ChunkBody.RunWithTokenAsync<TIn, TOut>;

    public static Delegate For(MapFunction<TIn, TOut> function) => function.Kind switch
    {
        MapFunctionKind.Plain => s_run,
        MapFunctionKind.Async => s_runAsync,
        MapFunctionKind.WithToken => s_runWithToken,
        _ => s_runWithTokenAsync,
    };
}
