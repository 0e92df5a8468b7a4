using Plait.Benchmarks.Load;

namespace Plait.Cli.Tests.Load;

public sealed class AcceptWindowTests
{
    [Fact]
    public void HasRoom_AsManyWaitAsItHolds_IsFalse()
    {
        var window = new AcceptWindow();
        for (int i = 0; i < AcceptWindow.Least; i++)
        {
            Assert.True(window.HasRoom);
            window.Enter();
        }

        Assert.False(window.HasRoom);
        window.Leave();
        Assert.True(window.HasRoom);
    }

    [Fact]
    public void Size_AllAreAnswered_GrowsByEach()
    {
        var window = new AcceptWindow();
        Answer(window, 100);

        Assert.Equal(AcceptWindow.Least + 100, window.Size);
    }

    [Fact]
    public void Size_OneIsLate_IsHalvedForGood()
    {
        var window = new AcceptWindow();
        Answer(window, 96);
        window.Enter();
        window.LeaveLate();

        Assert.Equal(50, window.Size);
        Answer(window, 100);
        Assert.Equal(50, window.Size);
    }

    [Fact]
    public void Size_AllAreLate_StaysAtTheLeast()
    {
        var window = new AcceptWindow();
        for (int i = 0; i < 10; i++)
        {
            window.Enter();
            window.LeaveLate();
        }

        Assert.Equal(AcceptWindow.Least, window.Size);
    }

    private static void Answer(AcceptWindow window, int times)
    {
        for (int i = 0; i < times; i++)
        {
            window.Enter();
            window.LeaveAnswered();
        }
    }
}
