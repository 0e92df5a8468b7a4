using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>How processes that know nothing of each other meet: by the name of a scope, and the names of what it made.</summary>
public sealed class NamedScopeTests() : SynchronizationTest(Setting.Processes)
{
    // A named memory stays mapped as long as its process: these are opened once, before any test counts descriptors.
    private static readonly string s_name = $"meeting-{Guid.NewGuid():N}";
    private static readonly bool s_isOpen = OpenOnce();

    private readonly bool _isOpen = s_isOpen;

    [Fact]
    public void Open_OfOneName_MeetsOthersByName()
    {
        Assert.True(_isOpen);
        using ProcessScope mine = ProcessScope.Open(s_name);
        using ProcessScope again = ProcessScope.Open(s_name);
        using ProcessScope other = ProcessScope.Open(s_name + "2");
        using Hold hold = mine.CreateLock("gate").Acquire();

        Assert.True(mine.IsShared);
        Assert.True(again.CreateLock("gate").IsHeld);
        Assert.False(other.CreateLock("gate").IsHeld);
        Assert.Equal("True False", End(Start(
            static (string name) =>
            {
                using ProcessScope scope = ProcessScope.Open(name);
                ISemaphore met = scope.CreateSemaphore(0, "met");
                met.Release();
                return $"{scope.CreateLock("gate").IsHeld} {scope.CreateLock("other").IsHeld}";
            },
            s_name)));
        Assert.True(mine.CreateSemaphore(0, "met").Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Open_ByUnitsAtOnce_GivesAllTheSame()
    {
        const int Units = 4;
        using ProcessScope scope = ProcessScope.Open(s_name);
        string path = NewNumbers();

        End(StartMany(Units, MeetAndCount, s_name, path));

        using var numbers = new Numbers(path);
        Assert.Equal(Units, numbers[1]);
    }

    [Fact]
    public void CreateBarrier_ByNameWithAnActionOfItsOwn_RunsThatOfTheLast()
    {
        using ProcessScope scope = ProcessScope.Open(s_name);
        string path = NewNumbers();
        using IBarrier barrier = scope.CreateBarrier(2, () => Numbers.Append(path, 1), "meeting");
        Task<int> unit = Start(
            static (string name, string path) =>
            {
                using ProcessScope scope = ProcessScope.Open(name);
                using IBarrier barrier = scope.CreateBarrier(2, () => Numbers.Append(path, 2), "meeting");
                int first = barrier.Wait(Waits.Hang);
                using var numbers = new Numbers(path);
                Until(() => barrier.WaitingCount == 1);
                return (10 * first) + barrier.Wait(Waits.Hang);
            },
            s_name,
            path);
        UntilWaiting(barrier, 1);

        Assert.Equal((1, 0), (barrier.Wait(Waits.Hang), barrier.Wait(Waits.Hang)));

        Assert.Equal(1, End(unit));
        using var numbers = new Numbers(path);
        Assert.Equal([1, 2], numbers.Appended);
    }

    private static bool OpenOnce()
    {
        using ProcessScope first = ProcessScope.Open(s_name);
        using ProcessScope second = ProcessScope.Open(s_name + "2");
        return first.IsShared && second.IsShared;
    }

    private static int MeetAndCount(string name, string path)
    {
        using ProcessScope scope = ProcessScope.Open(name);
        using var numbers = new Numbers(path);
        scope.CreateBarrier(4, name: "all meet").Wait(Waits.Hang);
        using (scope.CreateLock("gate").Acquire())
        {
            numbers[1] = numbers[1] + 1;
        }

        return 0;
    }
}
