using Plait.Execution;
using Plait.Scheduling;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>A thread executor whose order a policy decides.</summary>
public sealed class ThreadExecutorPolicyTests : UnstoppedPolicyContract
{
    protected override IExecutor Create(int workers, SchedulingPolicy policy) => new ThreadExecutor(new ThreadExecutorOptions { Workers = workers, Policy = policy });

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Key_UnderAnyPolicy_KeepsTheOrderOfItsTasks(string name)
    {
        await using IExecutor executor = Create(3, Make(name));
        var random = new Random(11);
        List<int>[] seen = [[], [], [], []];

        // No lock around them: two tasks of one key never run at once.
        Future[] futures =
        [
            .. Enumerable.Range(0, 400).Select(number =>
            {
                List<int> own = seen[random.Next(seen.Length)];
                return executor.Submit(() => own.Add(number), new TaskOptions { Key = $"key {Array.IndexOf(seen, own)}", Priority = random.Next(5), ShareClass = $"c{number % 3}", ExpectedCost = TimeSpan.FromMicroseconds(random.Next(1, 100)) });
            }),
        ];
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        Assert.All(seen, static numbers => Assert.Equal(numbers.Order(), numbers));
        Assert.Equal(400, seen.Sum(static numbers => numbers.Count));
    }
}
