using Plait.Coroutines;
using Xunit;

#pragma warning disable MA0134 // Here, in code that blocks, a switch is over when it returns.

namespace Plait.Tests.Coroutines;

/// <content>What is built of them, and what a trace sees.</content>
public abstract partial class GreenletContract
{
    [Fact]
    public void Generator_MadeOfAGreenlet_GivesItsValuesInTurn() => OnMain(() =>
    {
        for (int round = 0; round < 3; round++)
        {
            var seen = new List<int>();
            var numbers = new Genlet(this, async () =>
            {
                for (int i = 0; i < 5; i++)
                {
                    seen.Add(i);
                    await Genlet.Yield(i);
                }
            });
            for (var next = Now(numbers.Next()); next.HasValue; next = Now(numbers.Next()))
            {
                seen.Add((int)next.Value!);
            }

            Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], seen);
        }
    });

    [Fact]
    public void Generator_InsideOthers_GivesEveryPermutation() => OnMain(() =>
    {
        var found = new List<string>();
        Genlet all = Permutations([0, 1, 2, 3]);
        Genlet few = Permutations([0, 1, 2]);
        for (var next = Now(all.Next()); next.HasValue; next = Now(all.Next()))
        {
            string permutation = string.Concat((int[])next.Value!);
            found.Add(Now(few.Next()) is (true, var other) ? $"{permutation}-{string.Concat((int[])other!)}" : permutation);
        }

        Assert.Equal(24, found.Select(static text => text[..4]).Distinct().Count());
        Assert.Equal(["0123-012", "0132-021", "0213-102", "0231-120", "0312-201", "0321-210", "1023"], found.Take(7));
    });

    private Genlet Permutations(int[] items) => new(this, async () =>
    {
        if (items.Length == 1)
        {
            await Genlet.Yield(items);
            return;
        }

        foreach (int first in items)
        {
            Genlet rest = Permutations([.. items.Where(item => item != first)]);
            for (var next = await rest.Next(); next.HasValue; next = await rest.Next())
            {
                await Genlet.Yield((int[])[first, .. (int[])next.Value!]);
            }
        }
    });

    [Fact]
    public void Generator_ThatYieldsPastItsReader_ReachesTheOneBehind() => OnMain(() =>
    {
        var seen = new List<int>();
        var reader = new Genlet(this, async () =>
        {
            var inner = new Genlet(this, async () =>
            {
                for (int i = 1; i < 5; i++)
                {
                    await Genlet.Yield(i);
                    await Genlet.Yield(i * i, level: 2);
                }
            });
            for (var next = await inner.Next(); next.HasValue; next = await inner.Next())
            {
                seen.Add((int)next.Value!);
            }
        });
        for (var next = Now(reader.Next()); next.HasValue; next = Now(reader.Next()))
        {
            seen.Add((int)next.Value!);
        }

        Assert.Equal([1, 1, 2, 4, 3, 9, 4, 16], seen);
    });

    [Fact]
    public void Generator_OfNobody_CannotYield() => OnMain(() =>
        Assert.Throws<InvalidOperationException>(() => Now(Genlet.Yield(10))));

    // Outside of async functions every switch is over when it returns.
    private static T Now<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>A generator made of a greenlet, which hands its values to whoever asks for the next, or to the one behind.</summary>
    private sealed class Genlet
    {
        private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Greenlet, Genlet> s_all = [];
        private readonly Greenlet _greenlet;
        private Genlet? _child;

        public Genlet(GreenletContract contract, Func<Task> function)
        {
            _greenlet = contract.Make(function);
            s_all.Add(_greenlet, this);
        }

        public async Task<(bool HasValue, object? Value)> Next()
        {
            Genlet next = this;
            if (_child is { } child)
            {
                _child = null;
                next = child;
            }
            else
            {
                _greenlet.Parent = Greenlet.Current;
            }

            object? value = await next._greenlet.Switch();
            return (_greenlet.IsAlive, value);
        }

        public static async Task<bool> Yield(object? value, int level = 1)
        {
            Greenlet to = Greenlet.Current;
            for (; level > 0; level--)
            {
                if (!s_all.TryGetValue(to, out Genlet? own))
                {
                    throw new InvalidOperationException("Yield outside of a generator.");
                }

                to = to.Parent!;
                if (level > 1)
                {
                    s_all.TryGetValue(to, out Genlet? reader);
                    reader!._child = own;
                }
            }

            await to.Switch(value);
            return true;
        }
    }

    [Fact]
    public void Trace_OfTransfers_SeesWhoComesFromWhere() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        var seen = new List<GreenletTransfer>();
        var current = new List<Greenlet>();
        Greenlet.Trace = transfer =>
        {
            seen.Add(transfer);
            current.Add(Greenlet.Current);
        };
        Greenlet quiet = Make(() => Task.CompletedTask);
        quiet.Switch();
        Greenlet failing = Make(() => throw new FormatException());
        Assert.Throws<FormatException>(() => failing.Switch());
        Greenlet killed = Make(() => Task.CompletedTask);
        killed.Throw();
        Greenlet.Trace = null;
        _ = End(Make(() => Task.CompletedTask));

        GreenletTransfer[] expected =
        [
            new(main, quiet, false), new(quiet, main, false), new(main, failing, false), new(failing, main, true), new(main, killed, true), new(killed, main, false),
        ];
        Assert.Equal(expected, seen);
        Assert.Equal(expected.Select(static transfer => transfer.Target), current);
    });

    [Fact]
    public void Trace_ThatThrows_ThrowsInTheTargetAndEnds() => OnMain(() =>
    {
        int calls = 0;
        Greenlet suspended = Make(async () => await Back());
        suspended.Switch();
        foreach (Greenlet greenlet in (Greenlet[])[suspended, Make(() => Task.CompletedTask)])
        {
            Greenlet.Trace = _ =>
            {
                calls++;
                throw new FormatException("trace");
            };
            Assert.Equal("trace", Assert.Throws<FormatException>(() => greenlet.Switch()).Message);
            Assert.Null(Greenlet.Trace);
            Assert.False(greenlet.IsAlive);
        }

        Assert.Equal(2, calls);
    });

    [Fact]
    public void Trace_ThatSwitches_IsRefused() => OnMain(() =>
    {
        Greenlet other = Make(() => Task.CompletedTask);
        Greenlet greenlet = Make(async () => await Back());
        Greenlet.Trace = _ => other.Switch();
        Assert.Contains("Trace", Assert.Throws<GreenletException>(() => greenlet.Switch()).Message, StringComparison.Ordinal);
        Assert.Null(Greenlet.Trace);
        Assert.Equal((GreenletState.Pending, GreenletState.Dead), (other.State, greenlet.State));

        Greenlet.Trace = _ => other.Switch();
        Greenlet back = Make(() => Task.CompletedTask);
        Assert.Throws<GreenletException>(() => back.Switch());
    });

    [Fact]
    public void Trace_OnAnotherThread_IsItsOwn() => OnMain(() =>
    {
        int calls = 0;
        Greenlet.Trace = _ => calls++;
        Greenlet.Trace = Greenlet.Trace;
        OnThread(() =>
        {
            Assert.Null(Greenlet.Trace);
            return End(Make(() => Task.CompletedTask));
        });
        Assert.Equal(0, calls);
        _ = End(Make(() => Task.CompletedTask));
        Assert.Equal(2, calls);
    });

    [Fact]
    public void State_FromBeginningToEnd_SaysWhereItIs() => OnMain(() =>
    {
        GreenletState inside = default;
        GreenletState ofMain = default;
        Greenlet main = Greenlet.Current;
        Greenlet greenlet = Make(async () =>
        {
            (inside, ofMain) = (Greenlet.Current.State, main.State);
            await Back();
        });
        Assert.Equal((GreenletState.Pending, true), (greenlet.State, greenlet.IsAlive));
        greenlet.Switch();
        Assert.Equal((GreenletState.Running, GreenletState.Suspended), (inside, ofMain));
        Assert.Equal((GreenletState.Suspended, GreenletState.Running), (greenlet.State, main.State));
        _ = End(greenlet);
        Assert.Equal((GreenletState.Dead, false), (greenlet.State, greenlet.IsAlive));
    });
}

public sealed class AsyncGreenletContractTests : GreenletContract
{
    protected override Greenlet Make(Func<object?, Task<object?>> function, Greenlet? parent = null, string? name = null) => new(function, parent, name);
}

public sealed class ThreadGreenletContractTests : GreenletContract
{
    // Every switch blocks, so the task is over when the function returns.
    protected override Greenlet Make(Func<object?, Task<object?>> function, Greenlet? parent = null, string? name = null) => Greenlet.OnThread(
        value =>
        {
            Task<object?> task = function(value);
            return task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("The function awaits.");
        },
        parent,
        name);
}
