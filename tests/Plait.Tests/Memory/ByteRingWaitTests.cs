using Plait.Interop;
using Xunit;

namespace Plait.Tests.Memory;

public sealed class ByteRingWaitTests
{
    [Fact]
    public async Task WaitForData_Asleep_IsWokenByTheBell()
    {
        using var ring = new TestRing();
        (Task<bool> wait, Action untilAsleep) = TestRing.Sleeper(ConsumerFlag(ring), () => ring.Consumer.WaitForData(MonotonicClock.Never));
        untilAsleep();
        Assert.True(ring.Producer.Write([5]));
        ring.Producer.RingDataBell();
        Assert.True(await wait);
        Assert.Equal([5], ring.ReadAll());
        Assert.Equal((0u, 1u), (ring.Control.ConsumerWaiting, ring.Control.DataBell));
    }

    [Fact]
    public async Task WaitForData_Asleep_IsWokenByClose()
    {
        using var ring = new TestRing();
        (Task<bool> wait, Action untilAsleep) = TestRing.Sleeper(ConsumerFlag(ring), () => ring.Consumer.WaitForData(MonotonicClock.Never));
        untilAsleep();
        ring.Producer.Close();
        Assert.True(await wait);
        Assert.True(ring.Consumer.IsClosed);
        Assert.Empty(ring.ReadAll());
    }

    [Fact]
    public async Task Write_Asleep_IsWokenByClose()
    {
        using var ring = new TestRing(64);
        (Task<bool> write, Action untilAsleep) = TestRing.Sleeper(ProducerFlag(ring), () => ring.Producer.Write(TestRing.Pattern(0, 100)));
        untilAsleep();
        ring.Consumer.Close();
        Assert.False(await write);
        Assert.Equal(TestRing.Pattern(0, 64), ring.ReadAll());
    }

    [Fact]
    public async Task Write_Asleep_IsWokenByARead()
    {
        using var ring = new TestRing(64);
        (Task<bool> write, Action untilAsleep) = TestRing.Sleeper(ProducerFlag(ring), () => ring.Producer.Write(TestRing.Pattern(0, 65)));
        untilAsleep();
        Assert.Equal(1, ring.Consumer.Read(new byte[1]));
        Assert.True(await write);
        Assert.Equal(TestRing.Pattern(1, 64), ring.ReadAll());
    }

    [Fact]
    public async Task Write_LargerThanTheRing_WakesAConsumerThatSleepsMeanwhile()
    {
        using var ring = new TestRing(64);
        const int Length = 1000;
        (Task<byte[]> read, Action untilAsleep) = TestRing.Sleeper(ConsumerFlag(ring), () =>
        {
            var all = new List<byte>();
            byte[] buffer = new byte[33];
            while (all.Count < Length)
            {
                Assert.True(ring.Consumer.WaitForData(TestRing.Soon));
                all.AddRange(buffer.AsSpan(0, ring.Consumer.Read(buffer)));
            }

            return all.ToArray();
        });
        untilAsleep();
        Assert.True(await TestRing.Limit(() => ring.Producer.Write(TestRing.Pattern(0, Length))));
        ring.Producer.RingDataBell();
        Assert.Equal(TestRing.Pattern(0, Length), await read);
    }

    [Fact]
    public async Task WaitForData_DeadlinePasses_ReturnsFalseAndTakesTheFlagDown()
    {
        using var ring = new TestRing();
        Assert.False(await TestRing.Limit(() => ring.Consumer.WaitForData(MonotonicClock.Now)));
        Assert.False(await TestRing.Limit(() => ring.Consumer.WaitForData(MonotonicClock.After(TimeSpan.FromMilliseconds(20)))));
        Assert.Equal(0u, ring.Control.ConsumerWaiting);
    }

    [Fact]
    public void WaitForData_DeadlinePassedButDataThere_ReturnsTrue()
    {
        using var ring = new TestRing();
        Assert.True(ring.Producer.Write([1]));
        Assert.True(ring.Consumer.WaitForData(MonotonicClock.Now));
    }

    [Fact]
    public async Task ArmForData_BellRungSince_SleepReturnsAtOnce()
    {
        using var ring = new TestRing();
        uint bell = ring.Consumer.ArmForData();
        Assert.Equal(1u, ring.Control.ConsumerWaiting);
        Assert.True(ring.Producer.Write([1]));
        ring.Producer.RingDataBell();
        FutexResult result = await TestRing.Limit(() => ring.SleepOnDataBell(bell, TestRing.Soon));
        Assert.Equal(FutexResult.LookAgain, result);
        Assert.Equal(0u, ring.Control.ConsumerWaiting);
    }

    [Fact]
    public void ArmForData_ClosedSince_BellDiffers()
    {
        using var ring = new TestRing();
        uint bell = ring.Consumer.ArmForData();
        ring.Producer.Close();
        Assert.NotEqual(bell, ring.Control.DataBell);
        ring.Consumer.DisarmForData();
        Assert.Equal(0u, ring.Control.ConsumerWaiting);
    }

    [Fact]
    public void RingDataBell_NobodyWaits_LeavesTheBell()
    {
        using var ring = new TestRing();
        Assert.True(ring.Producer.Write([1]));
        ring.Producer.RingDataBell();
        Assert.Equal(0u, ring.Control.DataBell);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task WaitAny_OneOfTwoRingsGetsData_Wakes(int which)
    {
        Assert.SkipUnless(Futex.CanWaitAny, "This kernel has no futex_waitv (Linux 5.16), or a sandbox forbids it.");
        using TestRing first = new(), second = new();
        TestRing[] rings = [first, second];
        (Task<FutexResult> wait, Action untilAsleep) = TestRing.Sleeper(
            ConsumerFlag(second), () => TestRing.WaitAny(TestRing.Soon, first.Consumer, second.Consumer));
        untilAsleep();
        Assert.True(rings[which].Producer.Write([1]));
        rings[which].Producer.RingDataBell();
        Assert.Equal(FutexResult.LookAgain, await wait);
        Assert.True(rings[which].Consumer.HasData);
    }

    [Fact]
    public async Task WaitAny_DeadlinePasses_SaysSo()
    {
        Assert.SkipUnless(Futex.CanWaitAny, "This kernel has no futex_waitv (Linux 5.16), or a sandbox forbids it.");
        using var ring = new TestRing();
        FutexResult result = await TestRing.Limit(() => TestRing.WaitAny(MonotonicClock.Now, ring.Consumer));
        Assert.Equal(FutexResult.TimedOut, result);
    }

    private static Func<uint> ConsumerFlag(TestRing ring) => () => TestRing.Read(ref ring.Control.ConsumerWaiting);

    private static Func<uint> ProducerFlag(TestRing ring) => () => TestRing.Read(ref ring.Control.ProducerWaiting);
}
