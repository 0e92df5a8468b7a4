using System.Globalization;
using Plait.Execution;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>What a task leaves behind in its worker, and what the next one meets there.</summary>
public sealed class ProcessExecutorLeftoverTests : ProcessTest
{
    [Theory]
    [InlineData(LeftoverPolicy.Keep, "/")]
    [InlineData(LeftoverPolicy.Reset, null)]
    public void CurrentDirectory_ChangedByATask_IsAsThePolicySays(LeftoverPolicy policy, string? expected)
    {
        using var pool = Create(policy);
        string before = pool.Submit(static () => Environment.CurrentDirectory).Result();
        pool.Submit(static () => { Environment.CurrentDirectory = "/"; }).Wait();

        Assert.NotEqual("/", before);
        Assert.Equal(expected ?? before, pool.Submit(static () => Environment.CurrentDirectory).Result());
    }

    [Theory]
    [InlineData(LeftoverPolicy.Keep, true)]
    [InlineData(LeftoverPolicy.Reset, false)]
    public void DefaultCulture_ChangedByATask_IsAsThePolicySays(LeftoverPolicy policy, bool isChanged)
    {
        using var pool = Create(policy);
        pool.Submit(static () => { CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture; }).Wait();

        Assert.Equal(isChanged, pool.Submit(static () => CultureInfo.DefaultThreadCurrentCulture is not null).Result());
    }

    [Theory]
    [InlineData(LeftoverPolicy.Keep, true)]
    [InlineData(LeftoverPolicy.Reset, false)]
    public void Console_RedirectedByATask_IsAsThePolicySays(LeftoverPolicy policy, bool isRedirected)
    {
        using var pool = Create(policy);
        pool.Submit(static () => Console.Out.Flush()).Wait();
        pool.Submit(static () => Console.SetIn(new StringReader("left behind"))).Wait();

        Assert.Equal(isRedirected, pool.Submit(static () => Console.In.ReadLine() == "left behind").Result());
    }

    [Fact]
    public void Recycle_NothingLeftBehind_KeepsTheWorkerThoughItUsesTheConsole()
    {
        using var pool = Create(LeftoverPolicy.Recycle);
        int[] pids = [.. Enumerable.Range(0, 10).Select(call => pool.Submit(static () =>
        {
            Console.Out.Flush();
            Console.Error.Flush();
            _ = Console.In;
            return Environment.ProcessId;
        }).Result())];

        Assert.Single(pids.Distinct());
    }

    [Fact]
    public void Recycle_ConsoleRedirected_ReplacesTheWorker()
    {
        using var pool = Create(LeftoverPolicy.Recycle);
        _ = pool.Submit(static () => Console.In.Peek()).Result();
        int before = pool.Submit(static () =>
        {
            Console.SetIn(TextReader.Null);
            return Environment.ProcessId;
        }).Result();

        Assert.NotEqual(before, pool.Submit(static () => Environment.ProcessId).Result());
    }

    [Fact]
    public void Recycle_DirectoryChanged_ReplacesTheWorker()
    {
        using var pool = Create(LeftoverPolicy.Recycle);
        int before = pool.Submit(static () =>
        {
            Environment.CurrentDirectory = "/";
            return Environment.ProcessId;
        }).Result();

        Assert.NotEqual(before, pool.Submit(static () => Environment.ProcessId).Result());
    }

    private static ProcessExecutor Create(LeftoverPolicy policy) => new(new ProcessExecutorOptions { Workers = 1, Spares = 0, Leftovers = policy });
}
