using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>
/// The pause of a side that keeps up with the other. When the next item comes within a moment, again and again, the other side is
/// streaming, and each look takes from it the line that it writes: then it is left alone until some items have come together. An answer to what
/// was just put takes longer than that moment, so who waits for answers is not delayed.
/// </summary>
internal sealed class StreamSpin
{
    // Of Thread.SpinWait.
    private const int Moment = 2;
    private const int Together = 150;

    // Times in a row that make it a stream.
    private const int Streaming = 8;

    // Several threads may use it: what they do to it is not exact, nor need it be.
    private int _streak;

    /// <summary>Whether there is something already.</summary>
    public unsafe bool Look(QueueParts parts, ObjectKind side)
    {
        if (!AdaptiveSpin.CanSpin || Shared.IsInterleaved)
        {
            return false;
        }

        Shared.Pause(Moment);
        bool isThere = side == ObjectKind.QueueItems ? QueueProtocol.CountOf(parts.Control) > 0 : QueueProtocol.RoomOf(parts.Control) > 0;
        if (!isThere)
        {
            _streak = 0;
            return false;
        }

        if (_streak >= Streaming)
        {
            Shared.Pause(Together);
        }
        else
        {
            _streak++;
        }

        return true;
    }
}
