namespace Plait.Hosting.Tests.Rows;

/// <summary>A program that is one file, with no project: `dotnet run row.cs`.</summary>
public sealed class FileBasedProgramTests
{
    [Theory]
    [InlineData("DefaultSwitches")]
    [InlineData("PublishAotOff")]
    public async Task File_GivenToDotnetRun_RunsFunctions(string row)
    {
        ProgramRun run = await ProgramRun.OfSdkAsync(["run", "-c", BuiltRows.Configuration, Path.Combine(Repository.Rows, "FileBased", row, "row.cs")]);

        run.ShouldBeRight();
        Assert.Equal("row.cs", Assert.Single(Directory.GetFiles(Path.Combine(Repository.Rows, "FileBased", row), "*.cs").Select(path => Path.GetFileName(path))));
    }
}
