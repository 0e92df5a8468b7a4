using System.Net.Sockets;
using Plait.Interop;

namespace Plait.Net.Servers;

/// <summary>A socket that listens, and those who use it: the last to leave closes it. Begins with one user.</summary>
internal sealed class ListeningSocket(Descriptor descriptor)
{
    // Guards what follows.
    private readonly Lock _gate = new();
    private int _users = 1;
    private Socket? _socket;

    /// <summary>The descriptor. It does not block.</summary>
    public int Number { get; } = descriptor.Number;

    /// <summary>Whether somebody is queued, to be accepted.</summary>
    public bool HasQueued => ReadyPoll.IsReadable(Number);

    /// <summary>
    /// The same as a socket of .NET, one for all users: its poller does not forget a descriptor that is closed while others have the socket, so that another one of that number would be refused.
    /// </summary>
    public Socket Socket
    {
        get
        {
            lock (_gate)
            {
                return _socket ??= new Socket(new SafeSocketHandle(descriptor.Detach(), ownsHandle: true));
            }
        }
    }

    /// <summary>Somebody more uses it. Only for who is a user.</summary>
    public ListeningSocket Share()
    {
        lock (_gate)
        {
            _users++;
            return this;
        }
    }

    /// <summary>A user has no use for it any more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_users == 0)
            {
                _socket?.Dispose();
                descriptor.Dispose();
            }
        }
    }

    /// <summary>A descriptor of the same socket, for somebody who closes it.</summary>
    /// <exception cref="SystemCallException">There are no more descriptors.</exception>
    public Descriptor Duplicate() => Descriptor.Duplicate(descriptor);
}
