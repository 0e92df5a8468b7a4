using Plait.Codecs;
using Plait.Execution;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>How primitives of a <see cref="ProcessScope"/> get to other processes: as arguments and in captured variables.</summary>
public sealed class TravelTests() : SynchronizationTest(Setting.Processes)
{
    [Fact]
    public void Start_WithPrimitivesOfEveryKind_HandsThemOver()
    {
        using Hold held = Scope.CreateLock("gate").Acquire();
        ISemaphore permits = Scope.CreateSemaphore(3);
        IEvent signal = Scope.CreateEvent(isSet: true);

        Assert.Equal("gate True 3 True", End(Start(
            static (ILock gate, ISemaphore permits, IEvent signal) => $"{gate.Name} {gate.IsHeld} {permits.CurrentCount} {signal.IsSet}",
            Scope.CreateLock("gate"),
            permits,
            signal)));
        Assert.Equal("4 5 False", End(Start(
            static (IBarrier barrier, ICountdown countdown, IOnce once) => $"{barrier.Parties} {countdown.CurrentCount} {once.IsDone}",
            Scope.CreateBarrier(4),
            Scope.CreateCountdown(5),
            Scope.CreateOnce())));
        Assert.Equal("0 True 0", End(Start(
            static (IReentrantLock gate, ICondition condition, IReaderWriterLock shared) => $"{gate.RecursionCount} {condition.Lock is IReentrantLock} {shared.ReaderCount}",
            Scope.CreateReentrantLock(),
            Scope.CreateCondition(),
            Scope.CreateReaderWriterLock())));
    }

    [Fact]
    public void Start_WithAConditionAndItsLock_KeepsThemTogether()
    {
        ILock gate = Scope.CreateLock();
        ICondition condition = Scope.CreateCondition(gate);

        Assert.True(End(Start(
            static (ILock gate, ICondition condition) =>
            {
                using Hold hold = gate.Acquire();
                return condition.Lock.IsHeldByCaller && !condition.Wait(hold, TimeSpan.Zero);
            },
            gate,
            condition)));
    }

    [Fact]
    public async Task Submit_ToAPool_HandsArgumentsAndCapturedOnesOver()
    {
        ILock gate = Scope.CreateLock();
        ISemaphore permits = Scope.CreateSemaphore(0);
        await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, Spares = 0, DisposeTimeout = TimeSpan.FromSeconds(10) });
        using Hold hold = gate.Acquire();

        Assert.True(await pool.Submit(static (ILock gate) => gate.IsHeld && !gate.TryAcquire(out _), gate).InTime());
        Assert.True(await pool.Submit(() => gate.IsHeld).InTime());
        await pool.Submit(() => permits.Release(2)).InTime();

        Assert.Equal(2, permits.CurrentCount);
    }

    [Fact]
    public void Start_FromAChild_HandsOnWhatItWasHanded()
    {
        ISemaphore permits = Scope.CreateSemaphore(1);

        Assert.Equal(0, End(Start(
            static (ISemaphore permits) =>
            {
                using var grandchild = ChildProcess.Start(
                    static (ISemaphore permits) =>
                    {
                        permits.Wait();
                        return permits.CurrentCount;
                    },
                    permits);
                return grandchild.Result;
            },
            permits)));
        Assert.Equal(0, permits.CurrentCount);
    }

    [Fact]
    public void Start_WithAPrimitiveOfAThreadScope_IsRefused()
    {
        using ThreadScope threads = ThreadScope.Create();
        using ILock gate = threads.CreateLock();

        Exception error = Assert.ThrowsAny<Exception>(() => End(Start(static (ILock gate) => gate.IsHeld, gate)));

        Assert.IsType<CannotTravelException>(error);
        Assert.Contains(nameof(ProcessScope), error.Message, StringComparison.Ordinal);
    }
}
