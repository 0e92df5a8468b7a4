using System.Diagnostics;
using Plait.Memory;
using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>Two processes that send each other a number in turn through two queues.</summary>
internal sealed class RoundTripOurs(bool spinning) : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(20);

    private readonly ProcessScope scope = ProcessScope.Create("bench-round-trip");
    private IQueue<long>? there;
    private IQueue<long>? back;
    private IQueue<long>? nothing;
    private ChildProcess? partner;

    /// <summary>Nanoseconds of one round: there and back.</summary>
    public double RoundNanoseconds(int rounds)
    {
        Start(Answer);
        AdaptiveSpin.IsEnabled = spinning;
        try
        {
            // The first round wakes a partner that slept since the last one.
            Round();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < rounds; i++)
            {
                Round();
            }

            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / rounds;
        }
        finally
        {
            AdaptiveSpin.IsEnabled = true;
        }
    }

    /// <summary>Nanoseconds from a put to the end of the get, of a partner that has waited for 20 ms; one an operation.</summary>
    public double[] WakeNanoseconds(int times)
    {
        Start(Tell);
        nothing ??= scope.CreateQueue<long>();
        var taken = new double[times];
        for (int i = 0; i < times; i++)
        {
            _ = nothing.TryGet(Idle, out _);
            there!.Put(Stopwatch.GetTimestamp());
            taken[i] = back!.Get() * (1e9 / Stopwatch.Frequency);
        }

        return taken;
    }

    public void Dispose()
    {
        partner?.Kill();
        partner?.Join();
        partner?.Dispose();
        scope.Dispose();
    }

    private void Start(Action<IQueue<long>, IQueue<long>> work)
    {
        if (partner is not null)
        {
            return;
        }

        (there, back) = (scope.CreateQueue<long>(16), scope.CreateQueue<long>(16));
        var options = new ChildProcessOptions { Name = "bench-partner" };
        options.Environment[AdaptiveSpin.Variable] = spinning ? null : "0";
        partner = ChildProcess.Start(work, there, back, options);
    }

    private void Round()
    {
        there!.Put(1);
        _ = back!.Get();
    }

    private static void Answer(IQueue<long> there, IQueue<long> back)
    {
        while (true)
        {
            back.Put(there.Get());
        }
    }

    // Both processes have the same clock.
    private static void Tell(IQueue<long> there, IQueue<long> back)
    {
        while (true)
        {
            long sent = there.Get();
            back.Put(Stopwatch.GetTimestamp() - sent);
        }
    }
}
