using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Plait.Net.Selectors;

/// <summary>A registration as it was when it was looked at. <see cref="Selector.Modify(Selectable, SelectorEvents)"/> makes another; this one stays as it is.</summary>
/// <param name="Descriptor">The number of the descriptor.</param>
/// <param name="Target">The <see cref="System.Net.Sockets.Socket"/> or <see cref="SafeHandle"/> that was registered; null when a number was.</param>
/// <param name="Events">What it is watched for.</param>
/// <param name="Data">What was given along: whatever helps who finds the descriptor ready, such as the state of a connection, or a method to call.</param>
public readonly record struct SelectorKey(int Descriptor, object? Target, SelectorEvents Events, object? Data)
{
    /// <summary>The socket that was registered; null when something else was.</summary>
    public Socket? Socket => Target as Socket;
}

/// <summary>Something that is ready.</summary>
/// <param name="Key">Its registration.</param>
/// <param name="Events">What it is ready for: at least one of the events that it is watched for, and no others.</param>
public readonly record struct ReadyKey(SelectorKey Key, SelectorEvents Events);
