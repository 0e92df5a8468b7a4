using Plait.Codecs;
using Plait.Execution;
using Plait.Memory;
using Plait.Processes;
using Plait.Queues;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>How shared data of a <see cref="ProcessScope"/> gets to other processes, and how long it stays.</summary>
public sealed class SharedDataTravelTests() : SynchronizationTest(Setting.Processes)
{
    [Fact]
    public void Start_WithCapturedData_HandsItOver()
    {
        using SharedValue<int> value = Scope.CreateValue(1);
        using SharedArray<double> array = Scope.CreateArray<double>(3, "array");
        using SharedDictionary<string, int> dictionary = Scope.CreateDictionary<string, int>();
        using SharedMemoryBlock block = SharedMemoryBlock.Create(100);

        using var child = ChildProcess.Start(() =>
        {
            value.Increment();
            array[1] = 1.5;
            dictionary["one"] = 1;
            block.Span[99] = 7;
            return array.Name;
        });

        Assert.Equal("array", child.Result);
        Assert.Equal((2, 1.5, 1, 7), (value.Value, array[1], dictionary["one"], block.Span[99]));
    }

    [Fact]
    public void Result_ThatAChildMade_IsThereAfterItsDeath()
    {
        using SharedArray<int> array = End(Start(static (IScope scope) => scope.CreateArray<int>([4, 5, 6]), Scope));
        using SharedDictionary<int, string> dictionary = End(Start(
            static (IScope scope) =>
            {
                SharedDictionary<int, string> made = scope.CreateDictionary<int, string>();
                made[1] = "one";
                return made;
            },
            Scope));

        Assert.Equal([4, 5, 6], array.ToArray());
        Assert.Equal("one", dictionary[1]);
    }

    [Fact]
    public void Put_IntoAQueue_HandsItOver()
    {
        IJoinableQueue<SharedArray<int>> queue = Scope.CreateQueue<SharedArray<int>>(4);
        using SharedArray<int> array = Scope.CreateArray<int>([1, 2]);

        Task<bool> other = Start(
            static (IJoinableQueue<SharedArray<int>> queue) =>
            {
                using SharedArray<int> got = queue.Get();
                got[0] += 10;
                queue.TaskDone();
                return true;
            },
            queue);
        queue.Put(array);
        queue.Join();

        Assert.True(End(other));
        Assert.Equal(11, array[0]);
    }

    [Fact]
    public void Put_BySomebodyWhoDied_IsThereForTheReceiver()
    {
        IJoinableQueue<SharedArray<int>> queue = Scope.CreateQueue<SharedArray<int>>(4);
        Assert.True(End(Start(
            static (IJoinableQueue<SharedArray<int>> queue) =>
            {
                queue.Put(queue.Scope.CreateArray<int>([8, 9]));
                return true;
            },
            queue)));

        ulong serial;
        using (SharedArray<int> got = queue.Get())
        {
            serial = got.Part.Serial;
            Assert.Equal([8, 9], got.ToArray());
        }

        Assert.DoesNotContain(serial, HeapBlocks.Serials(Memory.Heap));
    }

    [Fact]
    public async Task Submit_ToAPool_HandsItOver()
    {
        using SharedArray<int> array = Scope.CreateArray<int>(64);
        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) });

        var all = new List<Task>();
        for (int i = 0; i < 64; i++)
        {
            int index = i;
            all.Add(pool.Submit(() => array.Increment(index)).InTime());
        }

        await Task.WhenAll(all);

        Assert.All(array.ToArray(), static item => Assert.Equal(1, item));
    }

    [Fact]
    public void Death_OfTheOnlyHolder_FreesItsData()
    {
        SharedHeap heap = Memory.Heap;
        int before = HeapBlocks.Serials(heap).Count;
        long entries = Entries();
        using SharedValue<int> ready = Scope.CreateValue(0);
        using var child = ChildProcess.Start(static (IScope scope, SharedValue<int> ready) => Fill(scope, ready), Scope, ready);
        Until(() => ready.Value == 1);
        Assert.Equal(before + 1 + 20, HeapBlocks.Serials(heap).Count);

        child.Kill();
        child.Join();
        Memory.Liveness.SweepAll();

        Until(() => HeapBlocks.Serials(heap).Count == before + 1 && Entries() == entries);
    }

    [Fact]
    public void Receiver_ThatComesAfterTheLastHolder_IsToldSo()
    {
        IJoinableQueue<SharedArray<int>> queue = Scope.CreateQueue<SharedArray<int>>(4);
        SharedArray<int> array = Scope.CreateArray<int>([1, 2]);
        queue.Put(array);
        array.Dispose();
        Scope.CreateArray<int>([3, 4]).Increment(0);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => queue.Get());

        Assert.Contains("is gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithDataOfAThreadScope_IsRefused()
    {
        using ThreadScope threads = ThreadScope.Create();
        using SharedArray<int> array = threads.CreateArray<int>(2);

        Exception error = Assert.ThrowsAny<Exception>(() => End(Start(static (SharedArray<int> array) => array.Length, array)));

        Assert.IsType<CannotTravelException>(error);
        Assert.Contains(nameof(ProcessScope), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfANamedScope_FindsItsData()
    {
        string name = $"shared-{Guid.NewGuid():N}";
        Assert.Equal("12 3", End(Start(UseNamedScope, name)));
    }

    // Of all dictionaries: those with a name stay from test to test.
    private long Entries() => HeapBlocks.Count(Memory.Heap, static block => (block.Use & 3) != HeapBlock.Free && block.Home != 0);

    private ScopeMemory Memory => ((Scope)Scope).Memory;

    // In processes of their own: a named memory stays mapped, and its file locked, until the process ends.
    private static string UseNamedScope(string name)
    {
        ProcessScope scope = ProcessScope.Open(name);
        using SharedArray<int> array = scope.CreateArray<int>([1, 2], "array");
        using SharedDictionary<string, int> dictionary = scope.CreateDictionary<string, int>("dictionary");
        using var other = ChildProcess.Start(
            static (string name) =>
            {
                ProcessScope scope = ProcessScope.Open(name);
                scope.CreateArray<int>(2, "array")[0] = 12;
                scope.CreateDictionary<string, int>("dictionary")["three"] = 3;
            },
            name);
        other.Join();
        return $"{array[0]} {dictionary["three"]}";
    }

    private static void Fill(IScope scope, SharedValue<int> ready)
    {
        var kept = new List<SharedObject>();
        for (int i = 0; i < 10; i++)
        {
            kept.Add(scope.CreateArray<int>(1000));
            SharedDictionary<int, int> dictionary = scope.CreateDictionary<int, int>();
            for (int key = 0; key < 100; key++)
            {
                dictionary[key] = key;
            }

            kept.Add(dictionary);
        }

        ready.Value = 1;
        Processes.InChild.WaitForever();
        GC.KeepAlive(kept);
    }
}
