namespace Plait.Hosting.Tests.Rows;

/// <summary>Test runners, whose Main is not the user's. The test inside fails unless its row is right.</summary>
public sealed class TestRunnerTests
{
    [Fact]
    public async Task XunitV3_Executable_RunsFunctions()
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf("XunitV3"), ["--no-progress", "--no-ansi"]);

        run.ShouldSucceed();
        Assert.Contains(RowRun.Answer, run.Output);
        Assert.Contains("total: 1", run.Output);
        Assert.Contains("succeeded: 1", run.Output);
        RowRun.ShouldBeClean(BuiltRows.FolderOf("XunitV3"));
    }

    [Fact]
    public async Task XunitV3_DotnetTest_RunsFunctions()
    {
        ProgramRun run = await ProgramRun.OfSdkAsync(
            ["test", "--project", Path.Combine(Repository.Rows, "XunitV3"), "-c", BuiltRows.Configuration, "--no-build", "--no-progress", "--no-ansi"], Repository.Rows);

        run.ShouldSucceed();
        Assert.Contains("total: 1", run.Output);
        Assert.Contains("succeeded: 1", run.Output);
    }

    [Fact]
    public async Task VsTest_TestHost_RunsFunctions()
    {
        // That folder's global.json chooses VSTest for `dotnet test`.
        ProgramRun run = await ProgramRun.OfSdkAsync(["test", "-c", BuiltRows.Configuration, "--no-build"], Path.Combine(Repository.Rows, "VsTest"));

        run.ShouldSucceed();
        Assert.Matches(@"Passed!\s+- Failed:\s+0, Passed:\s+1, Skipped:\s+0, Total:\s+1,", run.Output);
        RowRun.ShouldBeClean(BuiltRows.FolderOf("VsTest"));
    }
}
