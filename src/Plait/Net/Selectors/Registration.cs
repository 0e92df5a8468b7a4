using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>A descriptor in a selector, from its registration to its end. Guarded by the selector's gate.</summary>
/// <param name="handle">What keeps the descriptor open; null when it was registered by number.</param>
/// <param name="identity">Which file it stood for then.</param>
/// <param name="tag">A number that no other registration of this selector has; later ones have higher ones.</param>
/// <param name="key">What the caller sees of it.</param>
internal sealed class Registration(SafeHandle? handle, FileIdentity identity, long tag, SelectorKey key)
{
    public SafeHandle? Handle => handle;

    public long Tag => tag;

    public int Number => Key.Descriptor;

    public SelectorKey Key { get; set; } = key;

    /// <summary>Whether the system watches it. False once it is known to be closed.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Where it is in the array of a poll.</summary>
    public int Place { get; set; }

    /// <summary>As the number of an epoll's entry: the descriptor, and the end of the tag to tell apart registrations of one number.</summary>
    public ulong Id => ((ulong)tag << 32) | (uint)Number;

    /// <summary>Whether the object that was registered is closed. Costs nothing, and cannot tell of a number.</summary>
    public bool IsClosed => handle is { IsClosed: true };

    /// <summary>Whether the number does not stand for what was registered any more, as far as the system tells.</summary>
    public bool IsStale => IsClosed || !FileIdentity.TryRead(Number, out FileIdentity now) || now != identity;

    /// <summary>Whether it is known to be closed, or the system tells so now.</summary>
    public bool IsGone => !IsWatched || IsStale;

    /// <summary>The descriptor in an <see cref="Id"/>.</summary>
    public static int NumberOf(ulong id) => (int)(uint)id;
}
