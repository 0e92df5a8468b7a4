namespace Plait.Net.Selectors;

/// <summary>What a descriptor is watched for, and what it is ready for. Ready means that the call which follows does not block; it may well bring an error.</summary>
[Flags]
public enum SelectorEvents
{
    /// <summary>Nothing. Cannot be asked for.</summary>
    None = 0,

    /// <summary>Something can be read, a connection can be accepted, or the other end sends nothing more (a read then brings no bytes).</summary>
    Read = 1,

    /// <summary>There is room for something to be written, a connection that was begun is made, or the other end is gone (a write then fails).</summary>
    Write = 2,

    /// <summary>Something exceptional: of a TCP socket, a byte that its peer sent out of band.</summary>
    Exceptional = 4,
}
