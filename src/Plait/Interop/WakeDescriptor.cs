using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>eventfd(2): readable from <see cref="Set"/> to <see cref="Reset"/>, so that a thread that sleeps on descriptors can be woken.</summary>
internal sealed unsafe class WakeDescriptor : IDisposable
{
    private readonly Descriptor _event = new(Libc.eventfd(0, FileFlags.CloseOnExec | FileFlags.NonBlocking));

    public WakeDescriptor()
    {
        if (_event.IsInvalid)
        {
            throw new SystemCallException("eventfd", Marshal.GetLastPInvokeError());
        }
    }

    public int Number => _event.Number;

    public void Set()
    {
        ulong one = 1;
        _ = Libc.write(_event.Number, &one, sizeof(ulong));
    }

    public void Reset()
    {
        ulong count;
        _ = Libc.read(_event.Number, &count, sizeof(ulong));
    }

    public void Dispose() => _event.Dispose();
}
