namespace Plait.Execution;

internal enum MapFunctionKind
{
    Plain,
    Async,
    WithToken,
    WithTokenAsync,
}

/// <summary>The function of a map: one of the four that users may give.</summary>
internal readonly struct MapFunction<TIn, TOut>
{
    public MapFunction(Func<TIn, TOut> function)
        : this(function, MapFunctionKind.Plain)
    {
    }

    public MapFunction(Func<TIn, Task<TOut>> function)
        : this(function, MapFunctionKind.Async)
    {
    }

    public MapFunction(Func<TIn, CancellationToken, TOut> function)
        : this(function, MapFunctionKind.WithToken)
    {
    }

    public MapFunction(Func<TIn, CancellationToken, Task<TOut>> function)
        : this(function, MapFunctionKind.WithTokenAsync)
    {
    }

    private MapFunction(Delegate function, MapFunctionKind kind)
    {
        ArgumentNullException.ThrowIfNull(function);
        Delegate = function;
        Kind = kind;
    }

    public Delegate Delegate { get; }

    public MapFunctionKind Kind { get; }

    /// <summary>Whether it takes the token that is cancelled when its item is to stop.</summary>
    public bool TakesToken => Kind is MapFunctionKind.WithToken or MapFunctionKind.WithTokenAsync;
}
