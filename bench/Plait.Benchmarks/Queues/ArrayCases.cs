using System.Diagnostics;
using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Peers;
using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Benchmarks.Queues;

/// <summary>An array of 100 MB from one process to another.</summary>
internal static class ArrayCases
{
    private const int Length = 12_500_000;

    public static IEnumerable<BenchCase> Cases() =>
    [
        Case("array of 100 MB, double[] in and out", inPlace: false, goal: 4, "two copies"),
        Case("array of 100 MB, reserved, committed and borrowed", inPlace: true, goal: 50, "no copy; one element is written and read"),
    ];

    private static BenchCase Case(string name, bool inPlace, double goal, string note)
    {
        var ours = new Ours(inPlace);
        return new BenchCase
        {
            Area = QueuesArea.Name,
            Name = name,
            Unit = BenchUnit.Milliseconds,
            Ours = times => new BenchRound([MeasuringThread.Run(() => ours.Nanoseconds(times)) / BenchUnit.Milliseconds.Size], note),
            Peers = [PythonPeer.Create("CPython multiprocessing.Queue", "queue_array")],
            Goal = goal,
            TearDown = ours.Dispose,
            Full = new BenchSize(Rounds: 9, WarmUps: 2, Operations: 2),
            Quick = new BenchSize(Rounds: 3, WarmUps: 1, Operations: 2),
        };
    }

    private sealed class Ours(bool inPlace) : IDisposable
    {
        private readonly ProcessScope scope = ProcessScope.Create("bench-array");
        private readonly double[] array = new double[Length];
        private IBufferQueue<double>? arrays;
        private IQueue<double>? done;
        private ChildProcess? partner;

        public double Nanoseconds(int times)
        {
            if (partner is null)
            {
                (arrays, done) = (scope.CreateBufferQueue<double>(4), scope.CreateQueue<double>());
                partner = ChildProcess.Start(inPlace ? Look : Take, arrays, done);
            }

            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < times; i++)
            {
                if (inPlace)
                {
                    using BufferReservation<double> room = arrays!.Reserve(Length);
                    room.Span[^1] = i;
                    room.Commit();
                }
                else
                {
                    array[^1] = i;
                    arrays!.Put(array);
                }

                if (done!.Get() != i)
                {
                    throw new InvalidOperationException("The partner got another array.");
                }
            }

            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
        }

        public void Dispose()
        {
            partner?.Kill();
            partner?.Join();
            partner?.Dispose();
            scope.Dispose();
        }

        private static void Take(IBufferQueue<double> arrays, IQueue<double> done)
        {
            while (true)
            {
                done.Put(arrays.Get()[^1]);
            }
        }

        private static void Look(IBufferQueue<double> arrays, IQueue<double> done)
        {
            while (true)
            {
                using BufferLoan<double> loan = arrays.Borrow();
                done.Put(loan.Span[^1]);
            }
        }
    }
}
