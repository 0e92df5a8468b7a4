using System.Diagnostics;
using Plait.Memory;
using Plait.Processes;
using Plait.Queues;

namespace Plait.Benchmarks.Queues;

/// <summary>Two processes that send each other 64 bytes in turn through a pipe.</summary>
internal sealed class PipeOurs(bool spinning) : IDisposable
{
    private const int Size = 64;

    private readonly byte[] message = new byte[Size];
    private readonly byte[] buffer = new byte[Size];
    private PipeConnection? end;
    private ChildProcess? partner;

    /// <summary>Nanoseconds of one round: there and back.</summary>
    public double RoundNanoseconds(int rounds)
    {
        PipeConnection pipe = Start();
        AdaptiveSpin.IsEnabled = spinning;
        try
        {
            // The first round wakes a partner that slept since the last one.
            Round(pipe);
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < rounds; i++)
            {
                Round(pipe);
            }

            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / rounds;
        }
        finally
        {
            AdaptiveSpin.IsEnabled = true;
        }
    }

    public void Dispose()
    {
        end?.Dispose();
        partner?.Join();
        partner?.Dispose();
    }

    private PipeConnection Start()
    {
        if (end is null)
        {
            (end, PipeConnection other) = Pipe.Create();
            var options = new ChildProcessOptions { Name = "bench-partner" };
            options.Environment[AdaptiveSpin.Variable] = spinning ? null : "0";
            partner = ChildProcess.Start(Answer, other, options);
            other.Dispose();
        }

        return end;
    }

    private void Round(PipeConnection pipe)
    {
        pipe.SendBytes(message);
        if (pipe.ReceiveBytes(buffer) != Size)
        {
            throw new InvalidOperationException("The partner answered with another length.");
        }
    }

    private static void Answer(PipeConnection end)
    {
        using PipeConnection own = end;
        byte[] received = new byte[Size];
        try
        {
            while (true)
            {
                own.SendBytes(received.AsSpan(0, own.ReceiveBytes(received)));
            }
        }
        catch (PipeClosedException)
        {
            // The bench has closed its end: that is all it had to measure.
        }
    }
}
