using Xunit;

namespace Plait.Architecture.Tests.Structure;

public sealed class NamespaceIsFolderTests
{
    private static readonly string[] s_projects = ["src/Plait/Plait.csproj", "src/Plait.Cli/Plait.Cli.csproj"];

    [Fact]
    public void Violations_OfThisTree_AreNone()
    {
        string[] projects = [.. Repository.TextFiles.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) && file.Path.Contains('/', StringComparison.Ordinal)).Select(file => file.Path)];
        var files = Repository.CSharp("src", "tests", "bench").ToArray();

        Assert.NotEmpty(files);
        Verdict.None(NamespaceIsFolder.Violations(files, projects));
    }

    [Theory]
    [InlineData("src/Plait/Memory/A.cs", "namespace Plait; class A;", "'Plait.Memory'")]
    [InlineData("src/Plait/Processes/Managers/A.cs", "namespace Plait.Processes; class A;", "'Plait.Processes.Managers'")]
    [InlineData("src/Plait.Cli/A.cs", "class A;", "'Plait.Cli'")]
    [InlineData("src/Plait/Memory/A.cs", "namespace Plait.Memory { namespace Inner { delegate void A(); } }", "'Plait.Memory.Inner'")]
    [InlineData("src/Plait.Cli/Other.cs", "return 0;", "top-level")]
    public void Violations_OfAStrayFile_SayWhereItBelongs(string path, string text, string expected) =>
        Verdict.One(NamespaceIsFolder.Violations([new(path, text)], s_projects), expected);

    [Theory]
    [InlineData("src/Plait/Processes/StartupHook.cs", "internal sealed class StartupHook;")]
    [InlineData("src/Plait.Cli/Program.cs", "return 0;")]
    [InlineData("src/Plait/Memory/A.cs", "namespace Plait.Memory; class A { class Nested; }")]
    public void Violations_OfAFileAtHome_AreNone(string path, string text) => Verdict.None(NamespaceIsFolder.Violations([new(path, text)], s_projects));
}
