using Plait.Coroutines.Engine;

namespace Plait.Net.Servers;

/// <summary>Asks nobody: whoever waits tries again in each cycle, and the loop never sleeps. What non-blocking sockets alone can do.</summary>
internal sealed class AskingPoller : LoopPoller
{
    private readonly List<LoopDescriptor> _all = [];

    public override void Wait(long deadline)
    {
        foreach (LoopDescriptor descriptor in _all)
        {
            descriptor.OnReady(isReadable: true, isWritable: true, isOver: false);
        }
    }

    public override void Wake()
    {
        // It does not sleep.
    }

    public override void Dispose()
    {
    }

    protected override void Add(LoopDescriptor descriptor)
    {
        descriptor.Interest = _all.Count;
        _all.Add(descriptor);
    }

    protected override void Remove(LoopDescriptor descriptor)
    {
        LoopDescriptor last = _all[^1];
        _all[descriptor.Interest] = last;
        last.Interest = descriptor.Interest;
        _all.RemoveAt(_all.Count - 1);
    }
}
