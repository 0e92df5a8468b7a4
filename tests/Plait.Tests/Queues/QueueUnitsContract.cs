using System.Buffers;
using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>Cases of CPython's test_queue.py and _test_multiprocessing.py that need several units with parts of their own; by meaning, for each order.</summary>
public abstract class QueueUnitsContract : SynchronizationTest
{
    private const int Feed = 400;
    private const int Units = 3;

    private protected QueueUnitsContract(Setting setting)
        : base(setting)
    {
    }

    private IJoinableQueue<int>[] OneOfEachOrder(int capacity) =>
        [Scope.CreateQueue<int>(capacity), Scope.CreateLifoQueue<int>(capacity), Scope.CreatePriorityQueue<int>(capacity: capacity)];

    [Fact]
    public void Get_ByManyUnitsInDifferentForms_GivesEachItemOnce()
    {
        foreach (IJoinableQueue<int> queue in OneOfEachOrder(Capacity.Unbounded))
        {
            Task<int[]>[] consumers = [Start(ConsumeBlocking, queue), Start(ConsumeTrying, queue), Start(ConsumeTimed, queue)];
            Task<int>[] feeders = [.. Enumerable.Range(0, Units).Select(unit => Start(FeedPart, queue, unit))];
            End(feeders);
            queue.Shutdown();

            int[][] got = End(consumers);

            Assert.Equal(Enumerable.Range(0, Units * Feed), got.SelectMany(static one => one).Order());
        }
    }

    [Fact]
    public void Shutdown_WhileSomeWorkAndSomeJoin_EndsAll()
    {
        foreach (IJoinableQueue<int> queue in OneOfEachOrder(2))
        {
            queue.PutMany([1, 2]);
            Assert.Equal(queue.Count, queue.UnfinishedTasks);
            Task<bool>[] joiners = StartMany(2, static (IJoinableQueue<int> queue) => queue.Join(Waits.Hang), queue);
            Until(() => queue.WaitingJoiners() == joiners.Length);
            queue.Shutdown();

            Task<int>[] workers = StartMany(2, GetAndFinish, queue);

            Assert.Equal(2, End(workers).Sum());
            Assert.All(End(joiners), Assert.True);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shutdown_WhileSomePutAndSomeJoin_EndsAll(bool immediate)
    {
        foreach (IJoinableQueue<int> queue in OneOfEachOrder(1))
        {
            queue.Put(1);
            Task<string>[] putters = StartMany(2, TryToPut, queue);
            Until(() => queue.GetStatistics().WaitingPutters == putters.Length);
            Task<bool> joiner = Start(static (IJoinableQueue<int> queue) => queue.Join(Waits.Hang), queue);
            Until(() => queue.WaitingJoiners() == 1);

            queue.Shutdown(immediate);

            Assert.All(End(putters), static end => Assert.Equal(nameof(QueueShutdownException), end));
            if (immediate)
            {
                Assert.Throws<QueueShutdownException>(() => queue.Get());
            }
            else
            {
                Assert.Equal(1, queue.Get());
                queue.TaskDone();
            }

            Assert.True(End(joiner));
        }
    }

    [Fact]
    public void Put_FromInsideAPut_DoesBoth()
    {
        IPriorityQueue<int>? queue = null;
        int inner = 0;
        queue = Scope.CreatePriorityQueue<int>(item =>
        {
            if (item == 1)
            {
                inner++;
                queue!.Put(2);
            }

            return item;
        });

        queue.Put(1);

        Assert.Equal((1, 2), (inner, queue.Count));
        Assert.Equal([1, 2], queue.ToDrained());
    }

    [Fact]
    public void Put_ThatFails_LeavesTheQueueWhole()
    {
        bool isFailing = false;
        IPriorityQueue<int> queue = Scope.CreatePriorityQueue<int>(item => isFailing ? throw new FormatException($"{item}") : item, capacity: 5);
        queue.PutMany([0, 1, 2, 3]);
        isFailing = true;
        Assert.Throws<FormatException>(() => queue.TryPut(9));
        Assert.Throws<FormatException>(() => queue.Put(9));
        isFailing = false;
        queue.Put(4);
        Assert.True(queue.IsFull);

        isFailing = true;
        Assert.Throws<FormatException>(() => queue.TryPut(9, TimeSpan.FromHours(1)));
        isFailing = false;
        Assert.Equal(0, queue.Get());
        Assert.False(queue.IsFull);
        queue.Put(0);
        Assert.Equal([0, 1, 2, 3, 4], queue.ToDrained());
        Assert.Equal((6L, 6), (queue.GetStatistics().Puts, queue.UnfinishedTasks));
    }

    private static int FeedPart(IJoinableQueue<int> queue, int unit)
    {
        for (int i = 0; i < Feed; i++)
        {
            queue.Put((i * Units) + unit);
        }

        return Feed;
    }

    private static int[] ConsumeBlocking(IJoinableQueue<int> queue) => [.. queue.ReadAll()];

    private static int[] ConsumeTrying(IJoinableQueue<int> queue)
    {
        var got = new List<int>();
        var spin = default(SpinWait);
        while (!queue.IsShutdown || !queue.IsEmpty)
        {
            if (queue.TryGetQuietly(out int item))
            {
                got.Add(item);
            }
            else
            {
                spin.SpinOnce();
            }
        }

        return [.. got];
    }

    private static int[] ConsumeTimed(IJoinableQueue<int> queue)
    {
        var got = new List<int>();
        try
        {
            while (true)
            {
                if (queue.TryGet(TimeSpan.FromMilliseconds(1), out int item))
                {
                    got.Add(item);
                }
            }
        }
        catch (QueueShutdownException)
        {
            return [.. got];
        }
    }

    private static int GetAndFinish(IJoinableQueue<int> queue)
    {
        int count = 0;
        foreach (int _ in queue.ReadAll())
        {
            queue.TaskDone();
            count++;
        }

        return count;
    }

    private static string TryToPut(IJoinableQueue<int> queue)
    {
        try
        {
            queue.Put(9);
            return "put";
        }
        catch (QueueShutdownException error)
        {
            return error.GetType().Name;
        }
    }
}

public sealed class QueueUnitsOfThreadsTests() : QueueUnitsContract(Setting.Threads)
{
    [Fact]
    public void Get_OfTheLastReference_LetsGoOfTheItem()
    {
        foreach (IQueue<object> queue in new IQueue<object>[] { Scope.CreateQueue<object>(4), Scope.CreateLifoQueue<object>(), Scope.CreatePriorityQueue<object>(static _ => 0, 4) })
        {
            WeakReference item = PutAndGet(queue);

            Until(() =>
            {
                GC.Collect();
                return !item.IsAlive;
            });
            Assert.True(queue.IsEmpty);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PutAndGet(IQueue<object> queue)
    {
        object item = new();
        queue.Put(item);
        Assert.Same(item, queue.Get());
        return new WeakReference(item);
    }
}

public sealed class QueueUnitsOfProcessesTests() : QueueUnitsContract(Setting.Processes)
{
    /// <summary>Goes by <see cref="HandleCodec"/>.</summary>
    public sealed class Handle(int number)
    {
        public int Number => number;
    }

    /// <summary>Puts and gets back numbers; 13 cannot be put, 14 cannot be got, and 15 puts another while it is put.</summary>
    public sealed class HandleCodec : ICodec
    {
        public static IQueue<Handle>? Second { get; set; }

        public bool CanEncode(Type type) => type == typeof(Handle);

        public void Encode(object value, Type type, IBufferWriter<byte> output)
        {
            int number = ((Handle)value).Number;
            if (number == 15)
            {
                Second!.Put(new Handle(16));
            }

            output.Write(number == 13 ? throw new FormatException("thirteen") : BitConverter.GetBytes(number));
            output.Write(new byte[200]);
        }

        public object Decode(ReadOnlySpan<byte> data, Type type) =>
            BitConverter.ToInt32(data) is var number && number != 14 ? new Handle(number) : throw new FormatException("fourteen");
    }

    [Fact]
    public void Get_OfWhatCannotBeDecoded_IsAnErrorAndLeavesTheRest()
    {
        HashSet<string> before = Deaths.HeapAudit.Before(Scope);
        IJoinableQueue<Handle> queue = Scope.CreateQueue<Handle>(5, options: new QueueOptions { Codecs = { new HandleCodec() } });
        queue.Put(new Handle(1));
        Assert.ThrowsAny<Exception>(() => queue.Put(new Handle(13)));
        Assert.Equal(1, queue.Count);
        queue.PutMany([new Handle(14), new Handle(2)]);

        Assert.Equal(1, queue.Get().Number);
        Assert.ThrowsAny<Exception>(() => queue.Get());

        // That one is got: who gets it again and again would never come to the others.
        Assert.Equal(2, queue.Get().Number);
        Assert.Equal((0, 3), (queue.Count, queue.UnfinishedTasks));
        Assert.Empty(Deaths.HeapAudit.Since(Scope, before));
    }

    [Fact]
    public void Put_FromInsideAnEncoder_DoesBoth()
    {
        IJoinableQueue<Handle> queue = Scope.CreateQueue<Handle>(5, options: new QueueOptions { Codecs = { new HandleCodec() } });
        HandleCodec.Second = queue;

        queue.Put(new Handle(15));

        Assert.Equal([16, 15], queue.ToDrained().Select(static handle => handle.Number));
        HandleCodec.Second = null;
    }
}
