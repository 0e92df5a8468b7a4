using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>
/// Coroutines that belong together: none outlives the group. The first that fails ends the others and the group's own function, and all errors are thrown, none is lost.
/// For the coroutine that made it, and for those inside.
/// </summary>
/// <remarks>The idea is that of nurseries (Smith, "Notes on structured concurrency", 2018).</remarks>
public sealed class TaskGroup : CoroutineContext, ICoroutineOwner
{
    private readonly CoroutineContext _outer;
    private readonly List<Exception> _errors = [];
    private readonly HashSet<Coroutine> _children = [];
    private readonly List<CrowdWait> _waiting = [];
    private bool _isClosed;

    private TaskGroup(CoroutineContext outer, string? name)
        : base(outer.Loop)
    {
        _outer = outer;
        Name = name;
    }

    /// <inheritdoc/>
    public override Coroutine Root => _outer.Root;

    /// <summary>What it is called in messages; null for nothing.</summary>
    public string? Name { get; }

    /// <summary>How many coroutines of the group have not ended.</summary>
    public int Count => _children.Count;

    /// <summary>Whether it was told to end: by <see cref="Cancel"/>, or because one of its coroutines failed.</summary>
    public bool IsEnding { get; private set; }

    internal override CoroutineContext Outer => _outer;

    private string Text => Name is null ? $"a group of coroutine '{Root.Name}'" : $"group '{Name}' of coroutine '{Root.Name}'";

    /// <summary>Runs a function that starts coroutines in a group, and waits until it and all of them have ended.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="name">What the group is called in messages. Default: null.</param>
    /// <returns>What the function returned.</returns>
    /// <exception cref="AggregateException">The function or some of the coroutines failed: what they threw, in the order in which it happened.</exception>
    /// <exception cref="CoroutineKilledException">The coroutine was killed meanwhile. All in the group have ended.</exception>
    /// <exception cref="ScopeTimeoutException">The time of a scope around the group was over. All in the group have ended.</exception>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static async Task<TResult> Run<TResult>(Func<TaskGroup, Task<TResult>> function, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        var group = new TaskGroup(Require("TaskGroup.Run"), name);
        TResult result = await group.RunBody(function);
        await group.WaitForChildren();
        group.Close();
        return result;
    }

    /// <inheritdoc cref="Run{TResult}(Func{TaskGroup, Task{TResult}}, string?)"/>
    public static Task Run(Func<TaskGroup, Task> function, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run<bool>(
            async group =>
            {
                await function(group);
                return true;
            },
            name);
    }

    /// <summary>Starts a coroutine in the group.</summary>
    /// <param name="function">Its function.</param>
    /// <param name="name">What it is called. Default: null, coroutine-ID.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="InvalidOperationException">The group has ended, or the caller is not on its loop.</exception>
    public Coroutine Spawn(Func<Task> function, string? name = null)
    {
        CheckOpen();
        Coroutine child = Loop.Spawn(function, new CoroutineOptions { Name = name, Owner = this });
        Adopt(child);
        return child;
    }

    /// <summary>Starts a coroutine with a result in the group.</summary>
    /// <typeparam name="TResult">What its function returns.</typeparam>
    /// <param name="function">Its function.</param>
    /// <param name="name">What it is called. Default: null, coroutine-ID.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="InvalidOperationException">The group has ended, or the caller is not on its loop.</exception>
    public Coroutine<TResult> Spawn<TResult>(Func<Task<TResult>> function, string? name = null)
    {
        CheckOpen();
        Coroutine<TResult> child = Loop.Spawn(function, new CoroutineOptions { Name = name, Owner = this });
        Adopt(child);
        return child;
    }

    /// <summary>Ends the group early, without an error: kills its coroutines; waits in its function throw <see cref="OperationCanceledException"/>, which does not leave the group.</summary>
    public void Cancel()
    {
        if (!IsEnding)
        {
            IsEnding = true;
            Cancel(new Ending(this));
            KillChildren();
        }
    }

    void ICoroutineOwner.OnEnded(Coroutine coroutine)
    {
        _children.Remove(coroutine);
        if (coroutine.State == CoroutineState.Failed)
        {
            _errors.Add(coroutine.Error!);
            Cancel();
        }

        if (_children.Count == 0)
        {
            CrowdWait.End(_waiting);
        }
    }

    private async Task<TResult> RunBody<TResult>(Func<TaskGroup, Task<TResult>> function)
    {
        SetSynchronizationContext(this);
        try
        {
            return await function(this);
        }
        catch (Exception error)
        {
            // One that it awaited has brought its error already.
            if (!IsCancellation(error) && !_errors.Contains(error))
            {
                _errors.Add(error);
            }

            Cancel();
            return default!;
        }
        finally
        {
            SetSynchronizationContext(_outer);
        }
    }

    // What was thrown because the group, or what is around it, is to end. That is said again at the end, if it is still so.
    private bool IsCancellation(Exception error) =>
        (error is GroupEndedException ended && ended.Group == this) ||
        (error is CoroutineKilledException or ScopeTimeoutException or GroupEndedException && _outer.FindCancellation() is not null);

    private async Task WaitForChildren()
    {
        // More than once where others start coroutines in the group while it wakes.
        while (_children.Count != 0 && !IsEnding)
        {
            try
            {
                await CrowdWait.Begin(_waiting, _outer, Text);
            }
            catch (Exception cancelled) when (IsCancellation(cancelled))
            {
                Cancel();
            }
        }

        if (_children.Count != 0)
        {
            // They have been told to end: that is waited for, whatever happens outside.
            using var shield = new ShieldScope(_outer);
            await CrowdWait.Begin(_waiting, shield, Text);
        }
    }

    private void Close()
    {
        _isClosed = true;
        Forget();
        if (_errors.Count != 0)
        {
            throw new AggregateException($"{_errors.Count} failed in {Text}.", _errors);
        }

        _outer.ThrowIfCancelled();
    }

    private void Adopt(Coroutine child)
    {
        if (!child.IsAlive)
        {
            // Killed at once: the loop ends.
            return;
        }

        _children.Add(child);
        if (IsEnding)
        {
            child.Kill();
        }
    }

    private void KillChildren()
    {
        foreach (Coroutine child in _children.ToArray())
        {
            child.Kill();
        }
    }

    private void CheckOpen()
    {
        if (_isClosed)
        {
            throw new InvalidOperationException($"It is over with {Text}: start coroutines before its function and all its coroutines have.");
        }

        if (!Loop.IsOnLoop)
        {
            throw new InvalidOperationException("A group takes coroutines from its own loop only.");
        }
    }

    private sealed class Ending(TaskGroup group) : Cancellation
    {
        public override Exception ToException() => new GroupEndedException(group);
    }

    private sealed class GroupEndedException(TaskGroup group)
        : OperationCanceledException($"It is to be over with {group.Text}.")
    {
        public TaskGroup Group { get; } = group;
    }
}
