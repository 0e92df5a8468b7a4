using System.Runtime.InteropServices;
using Plait.Coroutines;
using Plait.Interop;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Signals that coroutines await.</summary>
public sealed class SignalListenerTests : CoroutineTest
{
    private const int UserOne = 10;
    private const int UserTwo = 12;

    private static readonly PosixSignal s_one = (PosixSignal)UserOne;
    private static readonly PosixSignal s_two = (PosixSignal)UserTwo;

    [Fact]
    public void WaitAsync_OfSeveralSignals_GivesThemAsTheyCome() => Run(static async () =>
    {
        using var signals = new SignalListener(s_one, s_two);
        Coroutine<PosixSignal> waits = Coroutine.Spawn(signals.WaitAsync);
        await Turns();
        Assert.True(waits.IsAlive);
        Send(UserTwo);
        Assert.Equal(s_two, await waits);
        Send(UserOne);
        Assert.Equal(s_one, await signals.WaitAsync());
    });

    [Fact]
    public void WaitAsync_ThatIsKilled_LeavesTheSignalToTheNext() => Run(static async () =>
    {
        using var signals = new SignalListener(s_one);
        Coroutine killed = Coroutine.Spawn(signals.WaitAsync);
        await Turns();
        await Coroutine.KillAll(killed);
        Send(UserOne);
        Assert.Equal(s_one, await Coroutine.WithTimeout(Waits.Hang, signals.WaitAsync));
    });

    [Fact]
    public void Dispose_WhileOneWaits_TellsIt() => Run(static async () =>
    {
        var signals = new SignalListener(s_one);
        Coroutine waits = Coroutine.Spawn(signals.WaitAsync);
        await Turns();
        signals.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await waits);
    });

    [Fact]
    public void Create_WithNoneOrOneThatCannotBeHandled_IsRefused()
    {
        Assert.Throws<ArgumentException>(static () => new SignalListener());
        Assert.ThrowsAny<Exception>(static () => new SignalListener((PosixSignal)9));
    }

    private static void Send(int signal) => Assert.Equal(0, Libc.kill(Environment.ProcessId, signal));
}
