namespace Plait.Threads;

/// <summary>What a thread is to do: any of the functions it may be given, in one form.</summary>
internal sealed class ThreadWork
{
    private readonly Func<CancellationToken, object?> _run;

    private ThreadWork(Func<CancellationToken, object?> run) => _run = run;

    public static ThreadWork Of(Action function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ThreadWork(_ =>
        {
            function();
            return null;
        });
    }

    public static ThreadWork Of(Action<CancellationToken> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ThreadWork(token =>
        {
            function(token);
            return null;
        });
    }

    public static ThreadWork Of<TResult>(Func<TResult> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ThreadWork(_ => function());
    }

    public static ThreadWork Of<TResult>(Func<CancellationToken, TResult> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ThreadWork(token => function(token));
    }

    public static ThreadWork OfAsync(Func<Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return OfAsync(_ => function());
    }

    public static ThreadWork OfAsync(Func<CancellationToken, Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ThreadWork(token =>
        {
            ThreadContext.Run(() => function(token)).GetAwaiter().GetResult();
            return null;
        });
    }

    public static ThreadWork OfAsync<TResult>(Func<Task<TResult>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return OfAsync(_ => function());
    }

    public static ThreadWork OfAsync<TResult>(Func<CancellationToken, Task<TResult>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ThreadWork(token => ThreadContext.Run(() => function(token)).GetAwaiter().GetResult());
    }

    public object? Run(CancellationToken token) => _run(token);
}
