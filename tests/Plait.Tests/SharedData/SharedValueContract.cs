using Plait.Codecs;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>What a <see cref="SharedValue{T}"/> keeps, in every scope.</summary>
public abstract class SharedValueContract : SynchronizationTest
{
    private const int Rounds = 2000;

    private protected SharedValueContract(Setting setting)
        : base(setting)
    {
    }

    public enum Colour : byte
    {
        Red,
        Green = 5,
    }

    [Fact]
    public void Value_OfEveryKindOfNumber_IsWhatAUnitWrote()
    {
        Check((byte)7, (byte)200);
        Check((sbyte)-7, sbyte.MinValue);
        Check((short)-300, short.MaxValue);
        Check((ushort)300, ushort.MaxValue);
        Check(-70_000, int.MaxValue);
        Check(70_000u, uint.MaxValue);
        Check(long.MinValue, -1L);
        Check(ulong.MaxValue, 1UL);
        Check(1.5f, -0.25f);
        Check(Math.PI, double.MaxValue);
        Check('a', 'ß');
        Check(false, true);
        Check(Colour.Red, Colour.Green);
        Check((1, 2.5), (3, -4.5));
        Check(new DateTime(2026, 11, 21), new DateTime(1999, 1, 1));
        Check(1.1m, -7.25m);

        void Check<T>(T first, T second)
            where T : unmanaged
        {
            using SharedValue<T> value = Scope.CreateValue(first);
            Assert.Equal(first, value.Value);
            Assert.Equal(first, End(Start(Replace, value, second)));
            Assert.Equal(second, value.Value);
        }
    }

    [Fact]
    public void Value_ThatWasNotGiven_IsZero() => Assert.Equal(0, Scope.CreateValue<long>().Value);

    [Fact]
    public void Add_ByManyUnits_LosesNothing()
    {
        using SharedValue<int> four = Scope.CreateValue(0);
        using SharedValue<long> eight = Scope.CreateValue(0L);
        using SharedValue<ushort> two = Scope.CreateValue((ushort)0);
        using SharedValue<double> real = Scope.CreateValue(0.0);

        Assert.All(End(StartMany(3, AddToAll, four, eight, Pair(two, real))), Assert.True);

        Assert.Equal((3 * Rounds, 6L * Rounds, (ushort)(3 * Rounds), 1.5 * Rounds), (four.Value, eight.Value, two.Value, real.Value));
    }

    [Fact]
    public void Lock_HeldForChangesOfMoreThanOneStep_LosesNothing()
    {
        using SharedValue<decimal> value = Scope.CreateValue(0m);

        Assert.All(End(StartMany(3, AddUnderTheLock, value)), Assert.True);

        Assert.Equal(1.5m * Rounds, value.Value);
        Assert.False(value.Lock.IsHeld);
    }

    [Fact]
    public void Lock_AskedForTwice_IsOne()
    {
        using SharedValue<int> value = Scope.CreateValue(0, "counter");
        using SharedValue<int> same = Scope.CreateValue(9, "counter");

        using Hold hold = value.Lock.Acquire();

        Assert.True(same.Lock.IsHeldByCaller);
        Assert.False(End(Start(TryLock, value)));
        using Hold again = same.Lock.Acquire();
        Assert.Equal(2, value.Lock.RecursionCount);
    }

    [Fact]
    public void Steps_OfEverySize_GiveWhatInterlockedGives()
    {
        Check<byte>(250, 10, 4, 255);
        Check<sbyte>(120, 10, -126, 127);
        Check<ushort>(65_530, 10, 4, ushort.MaxValue);
        Check<int>(int.MaxValue, 1, int.MinValue, int.MaxValue);
        Check<ulong>(ulong.MaxValue, 2, 1, ulong.MaxValue);

        void Check<T>(T start, T amount, T sum, T all)
            where T : unmanaged, System.Numerics.IBinaryInteger<T>
        {
            using SharedValue<T> value = Scope.CreateValue(start);
            Assert.Equal(sum, value.Add(amount));
            Assert.Equal(sum + T.One, value.Increment());
            Assert.Equal(sum, value.Decrement());
            Assert.Equal(sum, value.Exchange(T.One));
            Assert.Equal(T.One, value.CompareExchange(all, T.Zero));
            Assert.Equal(T.One, value.CompareExchange(all, T.One));
            Assert.Equal(all, value.And(T.One + T.One));
            Assert.Equal(T.One + T.One, value.Or(T.One));
            Assert.Equal(T.One + T.One + T.One, value.Value);
            value.Reference = T.Zero;
            Assert.Equal(T.Zero, value.Value);
        }
    }

    [Fact]
    public void Steps_OfATypeThatHasNone_AreRefused()
    {
        using SharedValue<(int, int)> pair = Scope.CreateValue((1, 2));
        using SharedValue<double> real = Scope.CreateValue(1.0);

        Assert.Contains(nameof(SharedObject.Lock), Assert.Throws<NotSupportedException>(() => pair.Add((1, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => pair.CompareExchange((1, 1), (1, 2)));
        Assert.Throws<NotSupportedException>(() => real.Or(1));
        Assert.Equal((1, 2), pair.Value);
    }

    [Fact]
    public void Create_OfAKnownName_FindsTheValue()
    {
        using SharedValue<int> first = Scope.CreateValue(5, "counter");
        using SharedValue<int> second = Scope.CreateValue(9, "counter");
        Assert.Equal((5, "counter"), (second.Value, second.Name));

        second.Increment();
        first.Dispose();

        Assert.Equal(6, Scope.CreateValue(0, "counter").Value);
        Assert.Throws<ArgumentException>(() => Scope.CreateValue(5L, "counter"));
        Assert.Throws<ArgumentException>(() => Scope.CreateArray<int>(1, "counter"));
        Assert.Throws<ArgumentException>(() => Scope.CreateLock("counter"));
    }

    [Fact]
    public void Use_AfterDispose_IsRefused()
    {
        IScope scope = NewScope();
        SharedValue<int> value = scope.CreateValue(1);
        SharedValue<int> other = scope.CreateValue(1);
        value.Dispose();
        value.Dispose();

        Assert.Throws<ObjectDisposedException>(() => value.Value);
        Assert.Throws<ObjectDisposedException>(() => value.Lock);
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => other.Value);
        Assert.Throws<ObjectDisposedException>(() => scope.CreateValue(1));
    }

    [Fact]
    public void Create_OfATypeWithAddresses_IsRefused() =>
        Assert.Contains("IntPtr", Assert.Throws<CannotTravelException>(() => Scope.CreateValue(nint.Zero)).Message, StringComparison.Ordinal);

    private static T Replace<T>(SharedValue<T> value, T second)
        where T : unmanaged
    {
        T first = value.Value;
        value.Value = second;
        return first;
    }

    private static (SharedValue<ushort>, SharedValue<double>) Pair(SharedValue<ushort> two, SharedValue<double> real) => (two, real);

    private static bool AddToAll(SharedValue<int> four, SharedValue<long> eight, (SharedValue<ushort> Two, SharedValue<double> Real) others)
    {
        for (int i = 0; i < Rounds; i++)
        {
            four.Increment();
            eight.Add(2);
            others.Two.Increment();
            others.Real.Add(0.5);
        }

        return true;
    }

    private static bool AddUnderTheLock(SharedValue<decimal> value)
    {
        for (int i = 0; i < Rounds; i++)
        {
            using Hold hold = value.Lock.Acquire();
            value.Value += 0.5m;
        }

        return true;
    }

    private static bool TryLock(SharedValue<int> value) => value.Lock.TryAcquire(out _);
}

public sealed class ThreadSharedValueTests() : SharedValueContract(Setting.Threads);

public sealed class ProcessSharedValueTests() : SharedValueContract(Setting.Processes);
