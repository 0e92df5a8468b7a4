using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

public sealed class GeneratorTests
{
    [Fact]
    public void Next_UpToTheEnd_GivesEachValueAndThenNoMore()
    {
        using var generator = new Generator<int, int>(static async self =>
        {
            for (int i = 0; i < 3; i++)
            {
                await self.Yield(i);
            }
        });

        Assert.False(generator.HasBegun);
        Assert.Equal([0, 1, 2], generator.Values());
        Assert.True(generator.IsOver);
        Assert.False(generator.Next(out _));
        Assert.False(generator.Send(1, out _));
    }

    [Fact]
    public void Send_OfValues_IsWhatTheYieldGives()
    {
        var seen = new List<string?>();
        using var generator = new Generator<string, int>(async self =>
        {
            seen.Add(await self.Yield(1));
            seen.Add(await self.Yield(2));
            seen.Add(await self.Yield(3));
        });

        Assert.True(generator.Next(out int first));
        Assert.True(generator.Send("a", out int second));
        Assert.True(generator.Next(out int third));
        Assert.False(generator.Send("c", out _));

        Assert.Equal([1, 2, 3], [first, second, third]);
        Assert.Equal(["a", null, "c"], seen);
    }

    [Fact]
    public void Send_ToOneThatHasNotBegun_IsRefused()
    {
        using var generator = new Generator<int, int>(static async self => await self.Yield(1));

        Assert.Contains("not begun", Assert.Throws<InvalidOperationException>(() => generator.Send(5, out _)).Message, StringComparison.Ordinal);
        Assert.True(generator.Next(out _));
    }

    [Fact]
    public void Next_WhenTheFunctionThrows_ThrowsOnceAndIsOver()
    {
        using var generator = new Generator<int, int>(static async self =>
        {
            await self.Yield(1);
            throw new FormatException("mine");
        });

        Assert.True(generator.Next(out _));
        Assert.Equal("mine", Assert.Throws<FormatException>(() => generator.Next(out _)).Message);
        Assert.True(generator.IsOver);
        Assert.False(generator.Next(out _));
    }

    [Fact]
    public void Next_WhenTheFunctionThrowsBeforeItsFirstAwait_Throws()
    {
        using var generator = new Generator<int, int>(static _ => throw new FormatException("at once"));

        Assert.Throws<FormatException>(() => generator.Next(out _));
        Assert.True(generator.IsOver);
    }

    [Fact]
    public void Throw_IntoAYield_IsCaughtThereAndGoesOn()
    {
        using var generator = new Generator<int, string>(static async self =>
        {
            string next = "first";
            while (true)
            {
                try
                {
                    await self.Yield(next);
                    next = "again";
                }
                catch (FormatException error)
                {
                    next = error.Message;
                }
            }
        });

        Assert.True(generator.Next(out _));
        Assert.True(generator.Throw(new FormatException("thrown in"), out string? value));
        Assert.Equal("thrown in", value);
        Assert.True(generator.Next(out value));
        Assert.Equal("again", value);
    }

    [Fact]
    public void Throw_IntoOneThatHasNotBegun_OnlyThrows()
    {
        bool hasRun = false;
        using var generator = new Generator<int, int>(self =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });

        Assert.Throws<FormatException>(() => generator.Throw(new FormatException(), out _));
        Assert.True(generator.IsOver);
        Assert.False(generator.Next(out _));
        Assert.False(hasRun);
    }

    [Fact]
    public void Dispose_WhileItStands_RunsItsFinallyBlocks()
    {
        bool isClean = false;
        var generator = new Generator<int, int>(async self =>
        {
            try
            {
                await self.Yield(1);
                await self.Yield(2);
            }
            finally
            {
                isClean = true;
            }
        });

        Assert.True(generator.Next(out _));
        generator.Dispose();
        generator.Dispose();

        Assert.True(isClean);
        Assert.True(generator.IsOver);
        Assert.False(generator.Next(out _));
    }

    [Fact]
    public void Dispose_OfOneThatHandsOutAnotherValue_IsRefused()
    {
        var generator = new Generator<int, int>(static async self =>
        {
            try
            {
                await self.Yield(1);
            }
            catch (GeneratorClosedException)
            {
                await self.Yield(2);
            }
        });

        Assert.True(generator.Next(out _));
        Assert.Throws<InvalidOperationException>(generator.Dispose);
        Assert.True(generator.IsOver);
    }

    [Fact]
    public void Next_FromItsOwnFunction_IsRefused()
    {
        Generator<int, int>? generator = null;
        using (generator = new Generator<int, int>(async self =>
        {
            generator!.Next(out _);
            await self.Yield(1);
        }))
        {
            Assert.Contains("runs already", Assert.Throws<InvalidOperationException>(() => generator.Next(out _)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Next_WhenTheFunctionAwaitsSomethingElse_IsRefused()
    {
        var never = new TaskCompletionSource();
        using var generator = new Generator<int, int>(async self =>
        {
            await never.Task;
            await self.Yield(1);
        });

        Assert.Contains("something else", Assert.Throws<InvalidOperationException>(() => generator.Next(out _)).Message, StringComparison.Ordinal);
        Assert.True(generator.IsOver);
    }

    [Fact]
    public void Next_ThroughAThousandOthers_PassesEachValueOn()
    {
        const int Links = 1_000;
        Generator<int, int> chain = new(static async self =>
        {
            for (int i = 0; i < 100; i++)
            {
                await self.Yield(i);
            }
        });
        for (int link = 0; link < Links; link++)
        {
            Generator<int, int> inner = chain;
            chain = new Generator<int, int>(async self =>
            {
                foreach (int value in inner.Values())
                {
                    await self.Yield(value + 1);
                }
            });
        }

        Assert.Equal(Enumerable.Range(Links, 100), chain.Values());
    }
}
