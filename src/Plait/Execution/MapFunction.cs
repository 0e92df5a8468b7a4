namespace Plait.Execution;

/// <summary>The function of a map: one of the four that users may give.</summary>
internal readonly struct MapFunction<TIn, TOut>
{
    public MapFunction(Func<TIn, TOut> function) => Delegate = NotNull(function);

    public MapFunction(Func<TIn, Task<TOut>> function) => Delegate = NotNull(function);

    public MapFunction(Func<TIn, CancellationToken, TOut> function) => Delegate = NotNull(function);

    public MapFunction(Func<TIn, CancellationToken, Task<TOut>> function) => Delegate = NotNull(function);

    public Delegate Delegate { get; }

    /// <summary>Whether it takes the token that is cancelled when its item is to stop.</summary>
    public bool TakesToken => Delegate is Func<TIn, CancellationToken, TOut> or Func<TIn, CancellationToken, Task<TOut>>;

    private static Delegate NotNull(Delegate? function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }
}
