using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Rings;

namespace Plait.Net.Engine;

/// <summary>A socket that listens, for one coroutine of its loop.</summary>
internal abstract class LoopListener(EventLoop loop, int descriptor)
{
    private readonly LoopDescriptor _descriptor = new(descriptor);

    protected EventLoop Loop => loop;

    protected LoopDescriptor Descriptor => _descriptor;

    /// <summary>A listener of the kind that goes with the loop's poller. On the loop's thread. Takes the socket, also if it throws.</summary>
    /// <exception cref="SystemCallException">The system watches no more descriptors.</exception>
    public static LoopListener Open(EventLoop loop, int descriptor) => loop.Poller is RingPoller ring ? new RingListener(loop, ring, descriptor) : new ReadyListener(loop, descriptor);

    /// <summary>Waits for a connection.</summary>
    /// <param name="takeRoom">Waits for room for it.</param>
    /// <returns>Its descriptor, which does not block; or the error's number, negative. Room was taken in either case.</returns>
    public abstract ValueTask<int> AcceptAsync(Func<ValueTask> takeRoom);

    /// <summary>Ends a wait that was broken off while it had room: a descriptor that the kernel has accepted meanwhile, or an error's number, negative. Null: no room was taken.</summary>
    public virtual int? TakeLast() => null;

    /// <summary>Whether somebody is queued, to be accepted.</summary>
    public bool HasQueued => ReadyPoll.IsReadable(_descriptor.Number);

    /// <summary>The next one that is queued; or the error's number, negative.</summary>
    public int AcceptQueued() => StreamCalls.Accept(_descriptor.Number, isBlocking: false);

    public virtual void Close() => _descriptor.Close(loop.Poller);
}
