using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Tasks that share a key.
public abstract partial class ExecutorContract
{
    [Fact]
    public async Task Key_WithoutALimitOfItsOwn_RunsOneAfterTheOtherInOrder()
    {
        await using IExecutor executor = Create(4);
        string note = NewPath();
        var options = new TaskOptions { Key = "account 7" };

        Future[] futures = [.. Enumerable.Range(0, 50).Select(number => executor.Submit(Work.Note, note, $"{number}", options))];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.Equal(Enumerable.Range(0, 50).Select(static number => $"{number}"), Lines(note));
    }

    [Fact]
    public async Task Key_OfManyTasksAtRandom_KeepsTheOrderOfEach()
    {
        await using IExecutor executor = Create(4);
        var random = new Random(7);
        string[] notes = [.. Enumerable.Range(0, 5).Select(_ => NewPath())];
        List<string>[] expected = [.. notes.Select(static _ => new List<string>())];

        Future[] futures =
        [
            .. Enumerable.Range(0, 200).Select(number =>
            {
                int key = random.Next(notes.Length);
                expected[key].Add($"{number}");
                return executor.Submit(Work.Note, notes[key], $"{number}", new TaskOptions { Key = $"key {key}" });
            }),
        ];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.All(notes.Zip(expected), static pair => Assert.Equal(pair.Second, Lines(pair.First)));
    }

    [Fact]
    public async Task Key_OfATaskThatFails_IsGivenToTheNext()
    {
        await using IExecutor executor = Create(2);
        var options = new TaskOptions { Key = "k" };

        Future<int> fails = executor.Submit(Work.Fail, "wrong", options);
        Future<int> next = executor.Submit(Work.Add, 1, 2, options);

        await fails.FailsWith<InvalidDataException>();
        Assert.Equal(3, await next.InTime());
    }

    [Fact]
    public async Task Key_OfATaskThatIsTriedAgain_StaysItsOwn()
    {
        await using IExecutor executor = Create(2);
        string note = NewPath();
        var retried = new TaskOptions { Key = "k", Retries = new RetryPolicy { Count = 3, Backoff = TimeSpan.FromMilliseconds(20), ShouldRetry = static _ => true } };

        Future<int> first = executor.Submit(Work.FailUntil, note, 3, retried);
        Future second = executor.Submit(Work.Note, note, "after", new TaskOptions { Key = "k" });

        await second.InTime();
        Assert.Equal(3, await first.InTime());
        Assert.Equal(["tried", "tried", "tried", "after"], Lines(note));
    }

    [Fact]
    public async Task Shutdown_WithTasksThatWaitForTheirKey_RunsThem()
    {
        IExecutor executor = Create(2);
        string note = NewPath();
        Future[] futures = [.. Enumerable.Range(0, 20).Select(number => executor.Submit(Work.Note, note, $"{number}", new TaskOptions { Key = "k" }))];

        Assert.True(await executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang).InTime());

        Assert.All(futures, static future => Assert.Equal(FutureState.Succeeded, future.State));
        Assert.Equal(20, Lines(note).Length);
        await executor.DisposeAsync();
    }

    [Fact]
    public void Key_WithALimitOfNone_IsRefusedWithTheValue() =>
        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(static () => new WorkRequest(Work.Add, [1, 2], new TaskOptions { KeyLimit = 0 })).Message, StringComparison.Ordinal);
}
