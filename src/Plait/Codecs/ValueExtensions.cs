namespace Plait.Codecs;

/// <summary>What a value that travels as a reference belongs to. Its number is in the bytes.</summary>
internal enum ExtensionKind
{
    /// <summary>Scopes and their primitives.</summary>
    Scope = 0,

    Queue = 1,

    /// <summary>Sockets, files and pipes.</summary>
    Descriptor = 2,

    /// <summary>Objects of a manager.</summary>
    Managed = 3,

    /// <summary>Shared values, arrays, dictionaries and blocks.</summary>
    SharedData = 4,
}

/// <summary>
/// The extensions that every codec has, the same in every process. A folder above this one enters its own before one of its things can
/// travel: when it makes one, and in a worker before the first message is read.
/// </summary>
internal static class ValueExtensions
{
    private static readonly IValueExtension?[] s_all = [new ScopeExtension(), null, null, null, null];

    /// <summary>By their <see cref="ExtensionKind"/>; null where nothing of that kind was used here.</summary>
    public static IReadOnlyList<IValueExtension?> All => s_all;

    /// <summary>All of them with another in the place of one: for a channel on which its things mean more.</summary>
    public static IReadOnlyList<IValueExtension?> With(ExtensionKind kind, IValueExtension other)
    {
        IValueExtension?[] all = [.. s_all];
        all[(int)kind] = other;
        return all;
    }

    public static void Enter(ExtensionKind kind, IValueExtension extension) => Volatile.Write(ref s_all[(int)kind], extension);
}
