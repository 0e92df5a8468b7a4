namespace Plait.Processes.Channels;

/// <summary>What a message on the private channel is. Numbers are part of the worker protocol (docs/design/worker-protocol.md).</summary>
internal enum MessageKind : uint
{
    /// <summary>Parent to child, first of all: name, depth, settings, environment to restore.</summary>
    Hello = 1,

    /// <summary>Parent to child: a function and its arguments. The call in its header is the claim it makes (<see cref="Memory.ChannelState.Claim"/>).</summary>
    Call = 2,

    /// <summary>Parent to child: no more calls, end.</summary>
    Exit = 3,

    /// <summary>Parent to child: as <see cref="Call"/>, and the body lies in a block of bulk space.</summary>
    StoredCall = 4,

    /// <summary>Parent to child: the definition of a function that calls name by its number.</summary>
    Define = 5,

    /// <summary>Child to parent: the function returned; the body is its value.</summary>
    Returned = 16,

    /// <summary>Child to parent: the function threw; the body is the exception.</summary>
    Threw = 17,

    /// <summary>Child to parent: an exception that nobody handled is about to end the process; the body is the exception.</summary>
    Dying = 18,

    /// <summary>Child to parent: it has booted, and takes calls.</summary>
    Ready = 19,

    /// <summary>Child to parent: values that a call yields while it goes on.</summary>
    Items = 20,

    /// <summary>Child to parent: a value reported to an IProgress of a call.</summary>
    Progress = 21,

    /// <summary>Child to parent: something that was logged, in a call or beside one (0).</summary>
    Log = 22,

    /// <summary>Child to parent: how many calls it can run at once from now on, in the place of a call's number. Sent when the system refuses it a thread, and when it grants one again.</summary>
    Threads = 23,
}

/// <summary>Single bytes on the lifeline, from parent to child. Its end means that the parent is gone.</summary>
internal static class LifelineCommand
{
    /// <summary>The child's cancellation token is to be cancelled.</summary>
    public const byte Cancel = (byte)'c';

    /// <summary>The token of one call is to be cancelled; its claim follows, eight bytes.</summary>
    public const byte CancelCall = (byte)'x';
}
