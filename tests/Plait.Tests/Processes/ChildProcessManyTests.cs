using System.Globalization;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Many children, at once and one after another.</summary>
public sealed class ChildProcessManyTests : ProcessTest
{
    // PLAIT_TEST_CHILDREN=1000 for the long run.
    private static readonly int s_shortChildren = int.TryParse(Environment.GetEnvironmentVariable("PLAIT_TEST_CHILDREN"), CultureInfo.InvariantCulture, out int count) ? count : 200;

    protected override TimeSpan HangLimit => base.HangLimit + (s_shortChildren * TimeSpan.FromMilliseconds(200));

    [Fact]
    public async Task Start_OfManyShortChildren_LeavesNothing()
    {
        int next = 0;
        long sum = 0;
        var watch = new LeakWatch();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Work, TestContext.Current.CancellationToken)));

        Assert.Equal((long)s_shortChildren * (s_shortChildren + 1) / 2, sum);
        Assert.Equal(string.Empty, await watch.SettleAsync());

        async Task Work()
        {
            for (int number = Interlocked.Increment(ref next); number <= s_shortChildren; number = Interlocked.Increment(ref next))
            {
                await using var child = ChildProcess.Start(static (int number) => number, number);
                Interlocked.Add(ref sum, await child);
            }
        }
    }

    [Fact]
    public async Task Start_OfManyPrograms_LeavesNothing()
    {
        var watch = new LeakWatch();
        for (int i = 0; i < 300; i++)
        {
            using var child = ChildProcess.StartProgram("true");
            child.Join();
            Assert.True(child.Outcome!.IsSuccess);
        }

        Assert.Equal(string.Empty, await watch.SettleAsync());
    }

    // More than one thread waits for: 127 channels each.
    [Fact]
    public void Start_OfMoreChildrenThanOneDispatcherServes_BringsEveryResult()
    {
        ChildProcess<int>[] children =
        [
            .. Enumerable.Range(0, 130).Select(static number => ChildProcess.Start(WaitForInput, number, new ChildProcessOptions { StandardInput = ChildInput.Pipe })),
        ];
        Assert.Equal(130, ChildProcess.ActiveChildren().Count);
        foreach (ChildProcess<int> child in children)
        {
            child.StandardInput!.Dispose();
        }

        Assert.True(ChildProcess.WaitAll(children, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(0, 130), children.Select(static child => child.Result));
        Assert.All(children, static child => child.Dispose());
    }

    [Fact]
    public void Exit_OfManyChildrenWithCodes_BringsEveryCode()
    {
        ChildProcess[] children = [.. Enumerable.Range(0, 10).Select(static code => ChildProcess.Start(static (int code) => Environment.Exit(code), code))];

        Assert.True(ChildProcess.WaitAll(children, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(0, 10), children.Select(static child => child.Outcome!.ExitCode!.Value));
        Assert.All(children, static child => child.Dispose());
    }

    [Fact]
    public void Terminate_OfManyChildren_EndsAll()
    {
        ChildProcess[] children = [.. Enumerable.Range(0, 10).Select(static _ => ChildProcess.Start(InChild.WaitForever))];

        Assert.All(children, static child => child.Terminate());

        Assert.True(ChildProcess.WaitAll(children, cancellationToken: TestContext.Current.CancellationToken));
        Assert.All(children, static child => Assert.Equal(15, child.Outcome!.Signal));
        Assert.All(children, static child => child.Dispose());
    }

    [Fact]
    public void Start_OfChildrenThatStartChildren_MakesTheWholeTree()
    {
        using var child = ChildProcess.Start(Grow, 0);

        Assert.Equal(["0", "0.0", "0.0.0", "0.0.1", "0.1", "0.1.0", "0.1.1"], child.Result);
    }

    private static int WaitForInput(int number)
    {
        using Stream input = Console.OpenStandardInput();
        return input.ReadByte() == -1 ? number : -1;
    }

    // Two children each, three generations deep.
    private static List<string> Grow(int number)
    {
        var names = new List<string> { $"{number}" };
        if (ChildProcess.Current.Depth < 3)
        {
            for (int i = 0; i < 2; i++)
            {
                using var child = ChildProcess.Start(Grow, i);
                names.AddRange(child.Result.Select(name => $"{number}.{name}"));
            }
        }

        return names;
    }
}
