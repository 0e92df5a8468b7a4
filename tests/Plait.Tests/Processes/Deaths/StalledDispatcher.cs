using Plait.Memory;
using Plait.Processes.Channels;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>The thread that reads what children send, kept busy: their rings fill up, and stay so until the release.</summary>
internal sealed class StalledDispatcher : IChannelReader, IDisposable
{
    private readonly Channel _channel = Channel.Create();
    private readonly ManualResetEventSlim _stalled = new();
    private readonly ManualResetEventSlim _released = new();
    private readonly ManualResetEventSlim _left = new();

    public StalledDispatcher()
    {
        // The first dispatcher with room takes it, as it will the next child: there are rarely two, as each has room for 126.
        ChannelDispatcher.Add(this);
        _channel.Send(MessageKind.Ready, 0, []);
        Assert.True(_stalled.Wait(Limits.Hang), "The dispatcher did not come by.");
    }

    // Sent and read by this process: its own outgoing ring.
    public ByteRing Incoming => _channel.Outgoing;

    public bool OnReadable()
    {
        _stalled.Set();
        _released.Wait(Limits.Hang);
        _left.Set();
        return false;
    }

    public void Release() => _released.Set();

    public void Dispose()
    {
        Release();

        // A reader that has said no is not looked at again, so its ring may go.
        _left.Wait(Limits.Hang);
        _channel.Dispose();
    }
}
