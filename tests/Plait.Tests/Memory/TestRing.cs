using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

/// <summary>One ring in an arena of its own, seen from both sides, each through its own mapping as two processes would.</summary>
internal sealed class TestRing : IDisposable
{
    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private readonly Arena _first = Arena.Create("ring", 1);
    private readonly Arena _second;
    private readonly long _control;

    public TestRing(int size = 4096, int distance = 0)
    {
        _second = Arena.Open(_first.DescriptorNumber);
        Size = size;
        long control = _first.DataOffset + distance;
        long data = _first.DataOffset + 4096 + distance;
        Producer = new ByteRing(_first, control, data, size);
        Consumer = new ByteRing(_second, control, data, size);
        _control = control;
    }

    public int Size { get; }

    public ByteRing Producer { get; }

    public ByteRing Consumer { get; }

    public unsafe ref RingControl Control => ref Unsafe.AsRef<RingControl>(_first.Address + _control);

    public unsafe ref byte ByteBehindTheRing => ref _first.Address[_control + 4096 + Size];

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

    /// <summary>A thread that runs <paramref name="body"/>, and how to know that it has raised its flag and the kernel has put it to sleep.</summary>
    public static (Task<T> Task, Action UntilAsleep) Sleeper<T>(Func<uint> flag, Func<T> body)
    {
        int tid = 0;
        Task<T> task = Limit(() =>
        {
            Volatile.Write(ref tid, ProcessCalls.CurrentTid);
            return body();
        });
        return (task, () =>
        {
            while (!task.IsCompleted && (flag() == 0 || !IsAsleep(Volatile.Read(ref tid))))
            {
                _ = Thread.Yield();
            }
        });
    }

    public static uint Read(ref uint word) => Volatile.Read(ref word);

    /// <summary>Sleeps on the bells of several rings at once, as a thread that serves several channels does.</summary>
    public static unsafe FutexResult WaitAny(long deadline, params ByteRing[] rings)
    {
        FutexWaiter* waiters = stackalloc FutexWaiter[rings.Length];
        for (int i = 0; i < rings.Length; i++)
        {
            waiters[i] = rings[i].DescribeBell(rings[i].ArmForData());
        }

        return Array.Exists(rings, ring => ring.HasData) ? FutexResult.LookAgain : Futex.WaitAny(waiters, rings.Length, deadline);
    }

    public unsafe FutexResult SleepOnDataBell(uint bell, long deadline) =>
        Futex.Wait((uint*)Unsafe.AsPointer(ref Control.DataBell), bell, deadline);

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

    private static bool IsAsleep(int tid) => File.ReadAllText($"/proc/self/task/{tid}/stat").Contains(") S ", StringComparison.Ordinal);
}
