namespace Plait.Hosting.Tests.Rows;

/// <summary>Programs of every kind that a project can be published as.</summary>
public sealed class PublishedProgramTests
{
    private static readonly (string, string) s_explicitCall = ("ROW_EXPLICIT_CALL", "yes");
    private static readonly (string, string) s_callInParentOnly = ("ROW_EXPLICIT_CALL", "parent");

    [Fact]
    public async Task Executable_OfAProject_RunsFunctions()
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf("Plain"), []);

        run.ShouldBeRight();
        RowRun.ShouldBeClean(BuiltRows.FolderOf("Plain"));
    }

    [Fact]
    public async Task Library_GivenToDotnet_RunsFunctions()
    {
        ProgramRun run = await ProgramRun.OfAsync("dotnet", [BuiltRows.ProgramOf("Plain") + ".dll"]);

        run.ShouldBeRight();
    }

    [Fact]
    public async Task Project_GivenToDotnetRun_RunsFunctions()
    {
        ProgramRun run = await ProgramRun.OfSdkAsync(["run", "--project", Path.Combine(Repository.Rows, "Plain"), "-c", BuiltRows.Configuration]);

        run.ShouldBeRight();
    }

    [Theory]
    [InlineData("SingleFile")]
    [InlineData("SelfContainedSingleFile")]
    public async Task SingleFile_HooksOn_RunsFunctions(string row)
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf(row), []);

        run.ShouldBeRight();
        RowRun.ShouldBeClean(BuiltRows.FolderOf(row), isSingleFile: true);
    }

    [Fact]
    public async Task SingleFile_MovedAlone_RunsFunctions()
    {
        DirectoryInfo elsewhere = Directory.CreateTempSubdirectory("hosting-");
        try
        {
            string program = Path.Combine(elsewhere.FullName, "renamed program");
            File.Copy(BuiltRows.ProgramOf("SingleFile"), program);
            ProgramRun run = await ProgramRun.OfAsync(program, []);

            run.ShouldBeRight();
            Assert.Equal(program, Assert.Single(Directory.GetFileSystemEntries(elsewhere.FullName)));
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task SelfContained_Folder_RunsFunctions()
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf("SelfContained"), []);

        run.ShouldBeRight();
        RowRun.ShouldBeClean(BuiltRows.FolderOf("SelfContained"));
    }

    [Theory]
    [InlineData("NoHooks")]
    [InlineData("Trimmed")]
    public async Task NoHooks_ExplicitCall_RunsFunctions(string row)
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf(row), [], null, s_explicitCall);

        run.ShouldBeRight();
        RowRun.ShouldBeClean(BuiltRows.FolderOf(row), isSingleFile: row == "NoHooks");
    }

    [Theory]
    [InlineData("NoHooks")]
    [InlineData("Trimmed")]
    public async Task NoHooks_CallForgotten_IsRefusedBeforeAnyProcess(string row)
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf(row), []);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("row failed mains=1 InvalidOperationException", run.Output);
        Assert.Contains("Call ChildProcess.RunIfWorker() first in Main.", run.Output);
        Assert.Single(run.Output.TrimEnd().Split('\n'));
        run.ShouldLeaveNothing();
    }

    [Fact]
    public async Task NoHooks_CallSkippedInTheChild_FailsWithoutAForkBomb()
    {
        ProgramRun run = await ProgramRun.OfAsync(BuiltRows.ProgramOf("NoHooks"), [], null, s_callInParentOnly);

        // The parent starts three children; each runs Main, and is refused children of its own.
        string[] lines = run.Output.TrimEnd().Split('\n');
        string parent = Assert.Single(lines, line => line.Contains("ChildFailedException BootstrapFailed"));
        Assert.Contains("Main must call ChildProcess.RunIfWorker() first, in the child as in the parent", parent);
        Assert.InRange(lines.Length, 1, 4);
        Assert.All(lines.Where(line => line != parent), line => Assert.Contains("so it starts no children of its own", line));
        Assert.Equal(3, run.ExitCode);
        run.ShouldLeaveNothing();
    }
}
