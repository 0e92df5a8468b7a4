namespace Plait.Codecs;

/// <summary>Which way the bytes go. The parent is trusted to choose types and functions; a child's answers never are.</summary>
internal enum CodecDirection
{
    /// <summary>Arguments and functions: a value that is not of its declared type carries a type reference.</summary>
    ToChild,

    /// <summary>Results: only declared types, and a closed set of simple types and collections of them.</summary>
    FromChild,
}
