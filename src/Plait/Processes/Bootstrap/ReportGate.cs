using Plait.Codecs;
using Plait.Interop;
using Plait.Processes.Channels;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// In a worker: the way of reports to the parent. The parent reads its rings without waiting for anybody, so a ring alone holds nobody
/// back: of each worker at most <see cref="Window"/> reports are under way that nobody has taken, and who reports more waits.
/// </summary>
internal sealed class ReportGate(Channel channel, ValueCodec results)
{
    /// <summary>Reports that may be ahead of who takes them.</summary>
    public const int Window = 1024;

    /// <summary>A sleeper looks again at least so often: the flag that has it woken may be taken down for another.</summary>
    private const long LongestSleep = 50_000_000;

    // Of the process: it has one channel, however many threads take calls from it.
    private static uint s_sent;

    /// <summary>That of the process, which logs through it as well.</summary>
    public static ReportGate Open(Channel channel, Hello hello)
    {
        var gate = new ReportGate(channel, new ValueCodec(CodecDirection.FromChild, hello.Codecs));
        WorkerLog.Open(gate, hello.LogLevel);
        return gate;
    }

    /// <summary>How what is reported is written: as its declared type.</summary>
    public ValueCodec Results => results;

    /// <summary>Sends a report of a call. Blocks while as many as may be are under way. Safe for several threads.</summary>
    public void Send(MessageKind kind, long call, ReadOnlySpan<byte> body)
    {
        WaitForRoom(Interlocked.Increment(ref s_sent));
        _ = channel.Send(kind, call, body);
    }

    private unsafe void WaitForRoom(uint number)
    {
        fixed (uint* taken = &channel.State.ReportsTaken, waiting = &channel.State.ReportsWaiting)
        {
            while (true)
            {
                uint seen = Volatile.Read(ref *taken);
                if ((int)(number - seen) <= Window)
                {
                    return;
                }

                Volatile.Write(ref *waiting, 1);

                // Full fence between raising the flag and looking at the count: pairs with the one in PooledWorker.TakeReport.
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref *taken) == seen)
                {
                    _ = Futex.Wait(taken, seen, MonotonicClock.Now + LongestSleep);
                }
            }
        }
    }
}

/// <summary>In a worker: where the reports of one call go. It knows its call, for a function may report from any of its threads.</summary>
internal sealed class CallReporter(ReportGate gate, long call) : IReportSink
{
    /// <exception cref="CannotTravelException">The value cannot go to the parent.</exception>
    public void Report<T>(int number, T value)
    {
        using var writer = new PayloadWriter();
        writer.WriteCount(number);
        gate.Results.Write(writer, value, typeof(T), "a value that was reported");
        gate.Send(MessageKind.Progress, call, writer.WrittenSpan);
    }
}
