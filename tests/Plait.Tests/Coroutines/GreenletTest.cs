using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Base of the tests of greenlets: each runs as the main greenlet of a thread of its own.</summary>
public abstract class GreenletTest : CoroutineTest
{
    /// <summary>Runs a test, and fails it when it is not over in time.</summary>
    protected static void OnMain(Action test) => OnThread(() =>
    {
        test();
        Assert.True(Greenlet.Current.IsMain, "The test has ended in another greenlet.");
        return true;
    });

    /// <summary>Switches, and fails unless the greenlet ends then.</summary>
    protected static object? End(Greenlet greenlet, object? value = null)
    {
        object? back = greenlet.Switch(value).Value;
        Assert.Equal(GreenletState.Dead, greenlet.State);
        return back;
    }
}
