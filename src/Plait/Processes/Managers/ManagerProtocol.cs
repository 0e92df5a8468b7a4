namespace Plait.Processes.Managers;

/// <summary>The first byte of a frame from a client. The numbers are the protocol's (docs/design/manager.md).</summary>
internal enum RequestKind : byte
{
    /// <summary>A method of an object, with its arguments.</summary>
    Call = 1,

    /// <summary>A factory, whose object is to be served.</summary>
    Create = 2,

    /// <summary>The caller of a call does not want it any more. No answer.</summary>
    Cancel = 3,

    /// <summary>A proxy is gone. An answer only if it has a call number.</summary>
    Release = 4,

    /// <summary>A proxy goes to another process: the object is to stay until it has arrived.</summary>
    Hold = 5,

    /// <summary>A proxy has arrived.</summary>
    Redeem = 6,

    /// <summary>A proxy has arrived, and is gone already. No answer.</summary>
    Drop = 7,

    Statistics = 8,

    /// <summary>The manager is to end. Only its owner sends it.</summary>
    Shutdown = 9,

    /// <summary>The connection closes in order. No answer.</summary>
    Leave = 10,
}

/// <summary>The first byte of a frame from the server.</summary>
internal enum ReplyKind : byte
{
    /// <summary>The call's result.</summary>
    Returned = 1,

    /// <summary>The call's exception.</summary>
    Threw = 2,

    /// <summary>The manager ends in order; nothing follows.</summary>
    Ending = 3,
}

/// <summary>What a connection is for.</summary>
internal enum ConnectionRole : byte
{
    /// <summary>The first of a client, and its life: many calls at once, cancellations, releases.</summary>
    Session = 1,

    /// <summary>One blocking call at a time, which the connection's own thread in the server runs.</summary>
    Lane = 2,
}

/// <summary>What a value that stands for something of a manager's is.</summary>
internal static class ManagedValue
{
    /// <summary>An object of the manager that this connection is to; its number follows.</summary>
    public const byte Here = 0;

    /// <summary>An object of the manager whose address follows.</summary>
    public const byte Elsewhere = 1;

    /// <summary>The manager whose address follows.</summary>
    public const byte Itself = 2;
}
