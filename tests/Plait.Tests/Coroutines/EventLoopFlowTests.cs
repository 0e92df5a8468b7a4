using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Values that flow with the execution context, and those that a coroutine has for itself.</summary>
public sealed class EventLoopFlowTests : CoroutineTest
{
    private static readonly AsyncLocal<string?> s_flows = new();

    [Fact]
    public void AsyncLocal_SetBeforeTheSpawn_FlowsInAndNotOut() => Run(static async () =>
    {
        s_flows.Value = "outer";
        Coroutine<string> child = Coroutine.Spawn(static async () =>
        {
            string? seen = s_flows.Value;
            s_flows.Value = "inner";
            await Turns();
            await Task.Run(static () => 1);
            await Coroutine.Sleep(Short);
            return seen + "/" + s_flows.Value;
        });
        s_flows.Value = "changed";
        await Coroutine.Yield();
        Assert.Equal("changed", s_flows.Value);
        Assert.Equal("outer/inner", await child);
        Assert.Equal("changed", s_flows.Value);
    });

    [Fact]
    public void AsyncLocal_OfManyCoroutines_StaysWithEach() => Run(static async () =>
    {
        await Coroutine.JoinAll([.. Enumerable.Range(0, 50).Select(static i => Coroutine.Spawn(async () =>
        {
            Assert.Null(s_flows.Value);
            s_flows.Value = $"{i}";
            for (int turn = 0; turn < 20; turn++)
            {
                await Coroutine.Yield();
                Assert.Equal($"{i}", s_flows.Value);
            }
        }))]);
        Assert.Null(s_flows.Value);
    });

    [Fact]
    public void AsyncLocal_OfTheCallerOfRun_ReachesMainAndNobodyElse() => OnThread(() =>
    {
        s_flows.Value = "caller";
        string? main = null;
        string? other = "not run";
        EventLoop.Run(
            async () =>
            {
                main = s_flows.Value;
                EventLoop loop = EventLoop.Current!;
                Coroutine foreign = OnThread(() => loop.Spawn(() =>
                {
                    other = s_flows.Value;
                    return Task.CompletedTask;
                }));
                await foreign;
            },
            Unwatched());
        Assert.Equal(("caller", null, "caller"), (main, other, s_flows.Value));
        return true;
    });

    [Fact]
    public void AsyncLocal_SetByAFunctionThatIsNotAsync_DoesNotLeak() => Run(static async () =>
    {
        string? seen = "not run";
        await Coroutine.Spawn(static () =>
        {
            s_flows.Value = "leaked";
            return Task.CompletedTask;
        });
        await Coroutine.Spawn(() =>
        {
            seen = s_flows.Value;
            return Task.CompletedTask;
        });
        Assert.Null(seen);
    });

    [Fact]
    public void CoroutineLocal_OfManyCoroutines_IsEachOnesOwn() => Run(static async () =>
    {
        int made = 0;
        var own = new CoroutineLocal<int>(() => ++made);
        var plain = new CoroutineLocal<string>();
        Assert.False(own.IsSet);
        Assert.Equal(1, own.Value);
        Assert.Equal(1, own.Value);
        Assert.True(own.IsSet);
        Assert.Null(plain.Value);
        Assert.False(plain.IsSet);
        plain.Value = "main";

        int child = await Coroutine.Spawn(async () =>
        {
            Assert.Null(plain.Value);
            own.Value += 40;
            await Turns();
            await Nested(own);
            return own.Value;
        });
        Assert.Equal((43, 1, "main"), (child, own.Value, plain.Value));

        static async Task Nested(CoroutineLocal<int> own)
        {
            using TimeoutScope scope = Coroutine.Timeout(Long);
            await Coroutine.Yield();
            own.Value++;
        }
    });

    [Fact]
    public void CoroutineLocal_OutsideOfACoroutine_IsRefused()
    {
        var own = new CoroutineLocal<int>();
        Assert.Throws<InvalidOperationException>(() => own.Value);
        Assert.Throws<InvalidOperationException>(() => own.Value = 1);
        Assert.Throws<InvalidOperationException>(() => own.IsSet);
    }
}
