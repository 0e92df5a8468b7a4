namespace Plait.Codecs;

/// <summary>The first byte of every value.</summary>
internal static class Marker
{
    /// <summary>null; nothing follows.</summary>
    public const byte Null = 0;

    /// <summary>A value of exactly the declared type (of its underlying type, when that is nullable).</summary>
    public const byte Exact = 1;

    /// <summary>An object this payload sent before; its number follows.</summary>
    public const byte Back = 2;

    /// <summary>A type of the closed set, described by structure (<see cref="ClosedTypes"/>), then the value.</summary>
    public const byte Closed = 3;

    /// <summary>A type by name (<see cref="TypeReference"/>), then the value. To a child only.</summary>
    public const byte Named = 4;

    /// <summary>The place of an <see cref="IValueExtension"/>, then whatever that wrote.</summary>
    public const byte Extension = 5;

    /// <summary>The standard collection for the declared interface; which one follows (<see cref="StandardCollection"/>), then the value.</summary>
    public const byte Standard = 6;
}
