using System.Runtime.CompilerServices;

namespace Plait.Coroutines;

/// <summary>
/// A switch by <see cref="Greenlet.Switch"/> or <see cref="Greenlet.Throw"/>. In an async function of a greenlet it has not happened yet: await it, once, before anything else. In code that
/// blocks, which is a thread's own and that of <see cref="Greenlet.OnThread(Func{object?, object?}, Greenlet?, string?)"/>, it is over, and to be awaited or not.
/// </summary>
public readonly struct GreenletSwitch : ICriticalNotifyCompletion
{
    // While it is to be awaited: who does that. When it is over: what came back.
    private readonly object? _held;
    private readonly bool _isPending;

    internal GreenletSwitch(object? held, bool isPending) => (_held, _isPending) = (held, isPending);

    /// <summary>In code that blocks: what the greenlet was sent when somebody switched back to it.</summary>
    /// <exception cref="GreenletException">The greenlet is an async function, which has to await.</exception>
    public object? Value => !_isPending ? _held : throw new GreenletException(
        $"{_held} is an async function: a switch out of it has to be awaited. Code that cannot await belongs into a greenlet with a thread of its own: Greenlet.OnThread.");

    /// <summary>Whether it is over. Used by the compiler.</summary>
    public bool IsCompleted => !_isPending || !Self.Family.IsOfferedBy(Self);

    private Greenlet Self => Unsafe.As<Greenlet>(_held!);

    /// <summary>Itself. Used by the compiler.</summary>
    /// <returns>Itself.</returns>
    public GreenletSwitch GetAwaiter() => this;

    /// <summary>What the greenlet was sent when somebody switched back to it. Used by the compiler.</summary>
    /// <returns>The value.</returns>
    public object? GetResult() => _isPending ? Self.Family.TakeFor(Self) : _held;

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Self.Stop(continuation);
}
