using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

/// <summary>One ring in an arena of its own, seen from both sides, each through its own mapping as two processes would.</summary>
internal sealed unsafe class TestRing : IDisposable
{
    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private readonly Arena _first = Arena.Create("ring", 1);
    private readonly Arena _second;

    public TestRing(int size = 4096, int distance = 0)
    {
        _second = Arena.Open(_first.DescriptorNumber);
        Size = size;
        long control = _first.DataOffset + distance;
        long data = _first.DataOffset + 4096 + distance;
        Producer = new ByteRing(_first, control, data, size);
        Consumer = new ByteRing(_second, control, data, size);
        Control = (RingControl*)(_first.Address + control);
    }

    public int Size { get; }

    public ByteRing Producer { get; }

    public ByteRing Consumer { get; }

    public RingControl* Control { get; }

    public static long Soon => MonotonicClock.After(HangLimit);

    /// <summary>Runs <paramref name="body"/> on a thread of its own and fails when it hangs.</summary>
    public static Task Limit(Action body) => Limit(() =>
    {
        body();
        return true;
    });

    public static Task<T> Limit<T>(Func<T> body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(HangLimit, TestContext.Current.CancellationToken);

    /// <summary>Waits until a side has raised its flag: it sleeps, or it is in the gap before the sleep.</summary>
    public static void UntilRaised(uint* flag)
    {
        while (Volatile.Read(ref Unsafe.AsRef<uint>(flag)) == 0)
        {
            Assert.False(TestContext.Current.CancellationToken.IsCancellationRequested);
            _ = Thread.Yield();
        }
    }

    /// <summary>A thread that runs <paramref name="body"/>, and how to know that the kernel has put it to sleep.</summary>
    public static (Task<T> Task, Action UntilAsleep) Sleeper<T>(nint flag, Func<T> body)
    {
        int tid = 0;
        Task<T> task = Limit(() =>
        {
            Volatile.Write(ref tid, ProcessCalls.CurrentTid);
            return body();
        });
        return (task, () =>
        {
            UntilRaised((uint*)flag);
            string path = $"/proc/self/task/{Volatile.Read(ref tid)}/stat";
            while (!task.IsCompleted && !File.ReadAllText(path).Contains(") S "))
            {
                _ = Thread.Yield();
            }
        });
    }

    public static byte At(long position) => (byte)((position * 31) ^ (position >> 8));

    public static byte[] Pattern(long position, int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = At(position + i);
        }

        return bytes;
    }

    public byte[] ReadAll()
    {
        var result = new List<byte>();
        byte[] buffer = new byte[1000];
        while (Consumer.Read(buffer) is > 0 and int count)
        {
            result.AddRange(buffer.AsSpan(0, count));
        }

        return [.. result];
    }

    public void Dispose()
    {
        _second.Dispose();
        _first.Dispose();
    }
}
