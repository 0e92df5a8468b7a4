using System.Text;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What every <see cref="IScope"/> keeps: how it makes, names and ends primitives.</summary>
public abstract class ScopeContract : SynchronizationTest
{
    private static readonly (string Kind, Func<IScope, string?, ISynchronizer> Create)[] s_kinds =
    [
        ("lock", static (scope, name) => scope.CreateLock(name)),
        ("reentrant lock", static (scope, name) => scope.CreateReentrantLock(name)),
        ("semaphore", static (scope, name) => scope.CreateSemaphore(1, name)),
        ("bounded semaphore", static (scope, name) => scope.CreateBoundedSemaphore(1, 1, name)),
        ("event", static (scope, name) => scope.CreateEvent(name: name)),
        ("condition", static (scope, name) => scope.CreateCondition(name: name)),
        ("barrier", static (scope, name) => scope.CreateBarrier(2, name: name)),
        ("reader-writer lock", static (scope, name) => scope.CreateReaderWriterLock(name)),
        ("countdown", static (scope, name) => scope.CreateCountdown(1, name)),
        ("once", static (scope, name) => scope.CreateOnce(name)),
    ];

    private readonly bool _isShared;

    private protected ScopeContract(Setting setting)
        : base(setting) => _isShared = setting.IsShared;

    [Fact]
    public void Create_OfEveryKind_BelongsToTheScope()
    {
        Assert.Equal(_isShared, Scope.IsShared);
        Assert.NotEmpty(Scope.Name);
        var names = new HashSet<string>();

        foreach (var (kind, create) in s_kinds)
        {
            using ISynchronizer made = create(Scope, null);
            using ISynchronizer named = create(Scope, kind);

            Assert.Same(Scope, made.Scope);
            Assert.True(names.Add(made.Name), made.Name);
            Assert.Equal(kind, named.Name);
            Assert.Equal(default, made.GetStatistics());
        }
    }

    [Fact]
    public void Name_OfAScope_IsTheOneGiven() => Assert.Equal("counters", NewScope("counters").Name);

    [Fact]
    public void Create_UnderANameOfAnotherKind_IsRefused()
    {
        foreach (var (kind, create) in s_kinds)
        {
            using ISynchronizer first = create(Scope, kind);
            foreach (var (otherKind, createOther) in s_kinds.Where(other => other.Kind != kind && !AreBothSemaphores(other.Kind, kind)))
            {
                ArgumentException error = Assert.Throws<ArgumentException>(() => createOther(Scope, kind));
                Assert.True(error.Message.Contains($"'{kind}'", StringComparison.Ordinal), $"{otherKind} as {kind}: {error.Message}");
            }
        }

        static bool AreBothSemaphores(string one, string other) => one.EndsWith("semaphore", StringComparison.Ordinal) && other.EndsWith("semaphore", StringComparison.Ordinal);
    }

    [Fact]
    public void Create_WithANameOfOneToAHundredBytes_TakesIt()
    {
        foreach (string name in new[] { "x", new string('n', 100), string.Concat(Enumerable.Repeat("é", 50)), string.Concat(Enumerable.Repeat("🔒", 25)), "with / and \\ and space", "." })
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, 100);
            using ILock first = Scope.CreateLock(name);
            using ILock second = Scope.CreateLock(name);
            Assert.Equal(name, first.Name);
            using Hold hold = first.Acquire();
            Assert.True(second.IsHeld);
        }
    }

    [Fact]
    public void Create_WithANameThatIsEmptyOrTooLong_IsRefused()
    {
        foreach (string name in new[] { string.Empty, new string('n', 101), string.Concat(Enumerable.Repeat("é", 51)) })
        {
            foreach (var (kind, create) in s_kinds)
            {
                Assert.True(Record.Exception(() => create(Scope, name)) is ArgumentException { ParamName: "name" }, $"{kind} called '{name}'");
            }
        }
    }

    [Fact]
    public void Create_WithNamesThatBeginAlike_GivesDifferentOnes()
    {
        using ILock first = Scope.CreateLock(new string('n', 99));
        using ILock second = Scope.CreateLock(new string('n', 100));
        using ILock third = Scope.CreateLock("N" + new string('n', 98));

        using Hold hold = first.Acquire();

        Assert.False(second.IsHeld || third.IsHeld);
    }

    [Fact]
    public void Create_OfAKnownName_KeepsWhatItsMakerDecided()
    {
        Assert.Equal(3, Scope.CreateSemaphore(3, "permits").CurrentCount);
        Assert.Equal(3, Scope.CreateSemaphore(9, "permits").CurrentCount);
        Assert.True(Scope.CreateEvent(isSet: true, EventMode.Auto, "signal").IsSet);
        Assert.Equal((true, EventMode.Auto), (Scope.CreateEvent(name: "signal").IsSet, Scope.CreateEvent(name: "signal").Mode));
        Assert.Equal(4, Scope.CreateBarrier(4, name: "meeting").Parties);
        Assert.Equal(4, Scope.CreateBarrier(2, name: "meeting").Parties);
        Assert.Equal(7, Scope.CreateCountdown(7, "launch").InitialCount);
        Assert.Equal(7, Scope.CreateCountdown(1, "launch").InitialCount);
    }

    [Fact]
    public void Create_OfAName_OutlivesTheObjectThatMadeIt()
    {
        ISemaphore first = Scope.CreateSemaphore(5, "permits");
        ISemaphore second = Scope.CreateSemaphore(5, "permits");
        first.Wait();
        first.Dispose();

        Assert.Equal(4, second.CurrentCount);
        Assert.Equal(4, Scope.CreateSemaphore(5, "permits").CurrentCount);
    }

    [Fact]
    public void Create_OfTheSameNameInTwoScopes_GivesTwo()
    {
        using ILock here = Scope.CreateLock("gate");
        using ILock there = NewScope().CreateLock("gate");

        using Hold hold = here.Acquire();

        Assert.False(there.IsHeld);
    }

    [Fact]
    public void Create_OfOneNameByManyThreads_GivesOne()
    {
        const int Threads = 8;
        for (int round = 0; round < 20; round++)
        {
            string name = $"semaphore {round}";
            using var start = new Barrier(Threads);

            End(Enumerable.Range(0, Threads).Select(_ => OnThread(() =>
            {
                start.SignalAndWait();
                using ISemaphore semaphore = Scope.CreateSemaphore(Threads, name);
                semaphore.Wait();
            })));

            Assert.Equal(0, Scope.CreateSemaphore(Threads, name).CurrentCount);
        }
    }

    [Fact]
    public void Create_AfterTheEndOfTheScope_IsRefused()
    {
        IScope scope = NewScope();

        scope.Dispose();
        scope.Dispose();

        foreach (var (_, create) in s_kinds)
        {
            Assert.Throws<ObjectDisposedException>(() => create(scope, null));
        }
    }

    [Fact]
    public void Create_OfManyOnesAfterEachOther_ReusesTheirRoom()
    {
        foreach (var (_, create) in s_kinds)
        {
            for (int i = 0; i < 5000; i++)
            {
                create(Scope, null).Dispose();
            }
        }

        using ILock gate = Scope.CreateLock();
        gate.Acquire().Release();
    }
}

public sealed class ThreadScopeTests() : ScopeContract(Setting.Threads);

public sealed class ProcessScopeTests() : ScopeContract(Setting.ThreadsOverSharedMemory);
