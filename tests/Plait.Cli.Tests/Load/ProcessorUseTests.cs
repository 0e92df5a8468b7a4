using System.Diagnostics;
using Plait.Benchmarks.Load;

namespace Plait.Cli.Tests.Load;

public sealed class ProcessorUseTests
{
    [Fact]
    public void Read_ThisProcess_GrowsByWhatIsDone()
    {
        ProcessorUse before = ProcessorUse.Read(Environment.ProcessId)!.Value;
        long start = Stopwatch.GetTimestamp();
        TimeSpan busy = Environment.CpuUsage.TotalTime + TimeSpan.FromMilliseconds(30);
        while (Environment.CpuUsage.TotalTime < busy && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1))
        {
            Thread.SpinWait(10_000);
        }

        ProcessorUse used = ProcessorUse.Read(Environment.ProcessId)!.Value - before;

        Assert.InRange(used.Total, TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(10));
    }

    [Theory]
    [InlineData("a child that has ended", "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done); echo done; read line")]
    [InlineData("a grandchild that runs", "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; read line; true) <&0; true")]
    public async Task Read_AProcessWithChildren_HasTheirsToo(string what, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("done", await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

            ProcessorUse used = ProcessorUse.Read(shell.Id)!.Value;

            Assert.True(used.Total > TimeSpan.FromMilliseconds(50), $"{what}: {used}");
        }
        finally
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Read_NoProcess_IsNull() => Assert.Null(ProcessorUse.Read(int.MaxValue));
}
