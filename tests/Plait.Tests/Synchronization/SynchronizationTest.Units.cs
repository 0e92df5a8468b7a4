using Plait.Processes;

namespace Plait.Tests.Synchronization;

public abstract partial class SynchronizationTest
{
    private int _units;

    /// <summary>Starts the next unit: a thread or a process, as the setting says. The task is its result.</summary>
    private protected Task<TResult> Start<T1, TResult>(Func<T1, TResult> function, T1 argument1) =>
        NextIsProcess() ? ResultOf(ChildProcess.Start(function, argument1)) : OnThread(() => function(argument1));

    private protected Task<TResult> Start<T1, T2, TResult>(Func<T1, T2, TResult> function, T1 argument1, T2 argument2) =>
        NextIsProcess() ? ResultOf(ChildProcess.Start(function, argument1, argument2)) : OnThread(() => function(argument1, argument2));

    private protected Task<TResult> Start<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> function, T1 argument1, T2 argument2, T3 argument3) =>
        NextIsProcess()
            ? ResultOf(ChildProcess.Start(function, argument1, argument2, argument3))
            : OnThread(() => function(argument1, argument2, argument3));

    private protected Task<TResult> Start<T1, T2, T3, T4, TResult>(
        Func<T1, T2, T3, T4, TResult> function, T1 argument1, T2 argument2, T3 argument3, T4 argument4) =>
        NextIsProcess()
            ? ResultOf(ChildProcess.Start(function, argument1, argument2, argument3, argument4))
            : OnThread(() => function(argument1, argument2, argument3, argument4));

    /// <summary>Starts so many units with the same function and arguments.</summary>
    private protected Task<TResult>[] StartMany<T1, TResult>(int units, Func<T1, TResult> function, T1 argument1) =>
        [.. Enumerable.Range(0, units).Select(_ => Start(function, argument1))];

    private protected Task<TResult>[] StartMany<T1, T2, TResult>(int units, Func<T1, T2, TResult> function, T1 argument1, T2 argument2) =>
        [.. Enumerable.Range(0, units).Select(_ => Start(function, argument1, argument2))];

    private protected Task<TResult>[] StartMany<T1, T2, T3, TResult>(
        int units, Func<T1, T2, T3, TResult> function, T1 argument1, T2 argument2, T3 argument3) =>
        [.. Enumerable.Range(0, units).Select(_ => Start(function, argument1, argument2, argument3))];

    private bool NextIsProcess() => _setting.IsProcess(_units++);

    private Task<TResult> ResultOf<TResult>(ChildProcess<TResult> child)
    {
        _ours.Add(child);
        return child.GetResultAsync();
    }
}
