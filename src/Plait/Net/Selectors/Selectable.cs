using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Plait.Net.Selectors;

/// <summary>
/// What a selector can watch: a <see cref="Socket"/>, a <see cref="SafeHandle"/> of a descriptor (a pipe, a terminal, an eventfd), or a descriptor's number. Each of them
/// becomes one by itself where one is asked for: <c>selector.Register(socket, SelectorEvents.Read)</c>.
/// </summary>
/// <remarks>
/// An object is better than a number: it knows when it is closed, so what happens to another file that got its number later is not taken for its own. The selector does not
/// own it and does not keep it open.
/// </remarks>
public readonly record struct Selectable
{
    private readonly object? _target;
    private readonly int _number;
    private readonly bool _isNumber;

    private Selectable(object? target) => _target = target;

    private Selectable(int number)
    {
        _number = number;
        _isNumber = true;
    }

    /// <summary>Made of null, or of nothing.</summary>
    internal bool IsNothing => _target is null && !_isNumber;

    internal object? Target => _target;

    internal SafeHandle? Handle => _target is Socket socket ? socket.SafeHandle : _target as SafeHandle;

    /// <summary>Of a closed handle the number that it had.</summary>
    internal int Number => Handle is { } handle ? (int)handle.DangerousGetHandle() : _number;

    /// <summary>A socket, connected or listening.</summary>
    /// <param name="socket">The socket; null is refused where the result is used.</param>
    public static implicit operator Selectable(Socket? socket) => new(socket);

    /// <summary>A handle of a descriptor.</summary>
    /// <param name="handle">The handle; null is refused where the result is used.</param>
    public static implicit operator Selectable(SafeHandle? handle) => new(handle);

    /// <summary>A descriptor's number.</summary>
    /// <param name="descriptor">The number; negative ones are refused where the result is used.</param>
    public static implicit operator Selectable(int descriptor) => new(descriptor);

    /// <summary>The descriptor's number, and what it was given as.</summary>
    public override string ToString()
    {
        if (IsNothing)
        {
            return "nothing";
        }

        string closed = Handle is { IsClosed: true } ? "closed " : "";
        return _target is null ? $"descriptor {_number}" : $"descriptor {Number} ({closed}{_target.GetType().Name})";
    }
}
