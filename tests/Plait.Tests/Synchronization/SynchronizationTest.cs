using System.Runtime.CompilerServices;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>
/// Base of the tests of locks and their kin: a scope, units that run static functions in it, and the leak checks of process
/// tests. What a unit has reached is read from the primitives' statistics, from gates and from numbers in shared memory.
/// </summary>
public abstract partial class SynchronizationTest : ProcessTest
{
    private static readonly Lazy<bool> s_warmUp = new(UseScopes);

    private readonly Setting _setting;
    private readonly List<string> _files = [];
    private readonly List<IDisposable> _ours = [];
    private IScope? _scope;
    private bool _hasScope;
    private object? _scopeGate;

    private protected SynchronizationTest(Setting setting)
    {
        _setting = setting;
        Gate.WarmUp();
        _ = s_warmUp.Value;
    }

    /// <summary>The scope of this test, made when it is first asked for.</summary>
    // Some tests ask for it first from several threads at once.
    protected IScope Scope => LazyInitializer.EnsureInitialized(ref _scope, ref _hasScope, ref _scopeGate, () => _setting.CreateScope())!;

    private protected IScope NewScope(string? name = null)
    {
        IScope scope = _setting.CreateScope(name);
        _ours.Add(scope);
        return scope;
    }

    /// <summary>A path for <see cref="Numbers"/>, all zero.</summary>
    private protected string NewNumbers(int? count = null)
    {
        string path = Path.Combine(Path.GetTempPath(), $"numbers-{Guid.NewGuid():N}");
        _files.Add(path);
        if (count is { } many)
        {
            Numbers.Create(path, many);
        }
        else
        {
            Numbers.Create(path);
        }

        return path;
    }

    /// <summary>Blocks until a fact holds that nobody announces.</summary>
    protected static void Until(Func<bool> fact, [CallerArgumentExpression(nameof(fact))] string text = "") =>
        Assert.True(SpinWait.SpinUntil(fact, Waits.Hang), $"Did not come true within {Waits.Hang}: {text}");

    /// <summary>Blocks until so many agents wait.</summary>
    protected static void UntilWaiting(ISynchronizer synchronizer, int agents) =>
        Assert.True(
            SpinWait.SpinUntil(() => synchronizer.GetStatistics().Waiting == agents, Waits.Hang),
            $"{synchronizer.GetStatistics().Waiting} agents wait for {synchronizer.Name}, not {agents}");

    /// <summary>The task's value or error; blocks for it.</summary>
    protected static T End<T>(Task<T> task) => task.InTime().GetAwaiter().GetResult();

    /// <summary>The tasks' values or an error; blocks for them.</summary>
    protected static T[] End<T>(IEnumerable<Task<T>> tasks) => [.. tasks.ToArray().Select(End)];

    /// <summary>Runs a function on a thread of its own, which ends with it.</summary>
    protected static Task<T> OnThread<T>(Func<T> function) => OwnThread.Run(function);

    /// <summary>Runs a function on a thread of its own, which ends with it.</summary>
    protected static Task<bool> OnThread(Action action) => OnThread(() =>
    {
        action();
        return true;
    });

    /// <summary>Begins an async flow that has nothing to do with the test's own.</summary>
    protected static Task<T> InFlow<T>(Func<Task<T>> flow)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(flow);
        }
    }

    /// <summary>Begins an async flow that has nothing to do with the test's own.</summary>
    protected static Task<bool> InFlow(Func<Task> flow) => InFlow(async () =>
    {
        await flow();
        return true;
    });

    protected override void OnEnd()
    {
        foreach (IDisposable ours in Enumerable.Reverse(_ours))
        {
            ours.Dispose();
        }

        _scope?.Dispose();
        foreach (string path in _files)
        {
            File.Delete(path);
        }
    }

    // What the library opens for scopes and keeps is opened by this, not by the first test.
    private static bool UseScopes()
    {
        using ThreadScope threads = ThreadScope.Create();
        using ProcessScope processes = ProcessScope.Create();
        return UseOneAsync(threads).GetAwaiter().GetResult() && UseOneAsync(processes).GetAwaiter().GetResult() && WaitWithAChild(processes);
    }

    // Who sleeps in the company of another process watches for its death from then on.
    private static bool WaitWithAChild(ProcessScope scope)
    {
        using IEvent end = scope.CreateEvent();
        using IEvent never = scope.CreateEvent();
        using var child = ChildProcess.Start(static (IEvent end) => end.Wait(Waits.Hang), end);
        UntilWaiting(end, 1);
        never.Wait(TimeSpan.FromMilliseconds(20));
        end.Set();
        return child.Result;
    }

    private static async Task<bool> UseOneAsync(IScope scope)
    {
        using ILock gate = scope.CreateLock();
        Task<Hold> next;
        using (gate.Acquire())
        {
            next = InFlow(async () => await gate.AcquireAsync());
            UntilWaiting(gate, 1);
        }

        (await next.InTime()).Release();
        return true;
    }
}
