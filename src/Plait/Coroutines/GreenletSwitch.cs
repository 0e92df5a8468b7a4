using System.Runtime.CompilerServices;

namespace Plait.Coroutines;

/// <summary>
/// A switch by <see cref="Greenlet.Switch"/> or <see cref="Greenlet.Throw"/>. In an async function of a greenlet it has not happened yet: await it, once, before anything else. In code that
/// blocks, which is a thread's own and that of <see cref="Greenlet.OnThread(Func{object?, object?}, Greenlet?, string?)"/>, it is over, and to be awaited or not.
/// </summary>
public readonly struct GreenletSwitch : ICriticalNotifyCompletion
{
    // Who awaits; null when it is over, with what came back.
    private readonly Greenlet? _self;
    private readonly object? _value;

    internal GreenletSwitch(object? value) => (_self, _value) = (null, value);

    internal GreenletSwitch(Greenlet self) => (_self, _value) = (self, null);

    /// <summary>In code that blocks: what the greenlet was sent when somebody switched back to it.</summary>
    /// <exception cref="GreenletException">The greenlet is an async function, which has to await.</exception>
    public object? Value => _self is null ? _value : throw new GreenletException(
        $"{_self} is an async function: a switch out of it has to be awaited. Code that cannot await belongs into a greenlet with a thread of its own: Greenlet.OnThread.");

    /// <summary>Whether it is over. Used by the compiler.</summary>
    public bool IsCompleted => _self is null || !_self.Family.IsOfferedBy(_self);

    /// <summary>Itself. Used by the compiler.</summary>
    /// <returns>Itself.</returns>
    public GreenletSwitch GetAwaiter() => this;

    /// <summary>What the greenlet was sent when somebody switched back to it. Used by the compiler.</summary>
    /// <returns>The value.</returns>
    public object? GetResult() => _self is null ? _value : _self.Family.TakeFor(_self);

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _self!.Stop(continuation);
}
