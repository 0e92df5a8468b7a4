namespace Plait.Processes.Channels;

/// <summary>What a message on the private channel is. Numbers are part of the worker protocol (docs/design/worker-protocol.md).</summary>
internal enum MessageKind : uint
{
    /// <summary>Parent to child, first of all: name, depth, settings, environment to restore.</summary>
    Hello = 1,

    /// <summary>Parent to child: a function and its arguments.</summary>
    Call = 2,

    /// <summary>Parent to child: no more calls, end.</summary>
    Exit = 3,

    /// <summary>Child to parent: the function returned; the body is its value.</summary>
    Returned = 16,

    /// <summary>Child to parent: the function threw; the body is the exception.</summary>
    Threw = 17,

    /// <summary>Child to parent: an exception that nobody handled is about to end the process; the body is the exception.</summary>
    Dying = 18,
}

/// <summary>Single bytes on the lifeline, from parent to child. Its end means that the parent is gone.</summary>
internal static class LifelineCommand
{
    /// <summary>The child's cancellation token is to be cancelled.</summary>
    public const byte Cancel = (byte)'c';
}
