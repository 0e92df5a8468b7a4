using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>One writer a submitting thread, used again for every call. A submission inside a submission finds it taken and gets another.</summary>
internal static class CallWriter
{
    [ThreadStatic]
    private static PayloadWriter? t_writer;

    public static PayloadWriter Take()
    {
        PayloadWriter? writer = t_writer;
        t_writer = null;
        return writer ?? new PayloadWriter();
    }

    public static void GiveBack(PayloadWriter writer)
    {
        writer.Clear();
        t_writer = writer;
    }
}
