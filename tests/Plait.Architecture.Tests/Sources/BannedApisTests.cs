using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Plait.Architecture.Tests.Sources;

public sealed class BannedApisTests
{
    private const string Analyzer = """<PackageReference Include="Microsoft.CodeAnalysis.BannedApiAnalyzers" />""";
    private const string Entry = """<AdditionalFiles Include="$(MSBuildThisFileDirectory)eng/BannedSymbols.txt" />""";

    private static readonly CSharpCompilation s_framework = PlaitSources.Compile([]);

    private static SourceFile TheList => Repository.TryFind(BannedApis.List) ?? throw new FileNotFoundException($"{BannedApis.List} is missing");

    [Fact]
    public void Unwired_OfThisTree_IsEmpty() => Verdict.None(BannedApis.Unwired(Repository.TextFiles.ToArray()));

    [Fact]
    public void Silenced_OfThisTree_IsEmpty() => Verdict.None(BannedApis.Silenced(Repository.TextFiles));

    [Fact]
    public void Unresolved_OfTheList_IsEmpty() => Verdict.None(BannedApis.Unresolved(TheList, s_framework));

    [Fact]
    public void Missing_OfTheList_IsEmpty() => Verdict.None(BannedApis.Missing(TheList, s_framework));

    [Fact]
    public void Unwired_OfAProjectWithoutTheList_NamesIt() =>
        Verdict.One(BannedApis.Unwired([Project("src/A/A.csproj", ""), Project("Directory.Build.props", Analyzer)]), "src/A/A.csproj does not pass");

    [Fact]
    public void Unwired_OfAProjectWithTheListTwice_NamesIt() =>
        Verdict.One(BannedApis.Unwired([Project("src/A/A.csproj", Entry), Project("Directory.Build.props", Analyzer + Entry)]), "2 times");

    [Fact]
    public void Unwired_OfAProjectBelowPropsThatStopTheChain_NamesBoth() =>
        Assert.Equal(2, BannedApis.Unwired([Project("samples/A/A.csproj", ""), Project("samples/Directory.Build.props", ""), Project("Directory.Build.props", Analyzer + Entry)]).Count());

    [Fact]
    public void Unwired_OfAUsersProgram_IsEmpty() =>
        Verdict.None(BannedApis.Unwired([Project("tests/Hosting/A/A.csproj", ""), Project("tests/Hosting/Directory.Build.props", ""), Project("Directory.Build.props", Analyzer + Entry)]));

    [Fact]
    public void Unwired_OfAProjectBelowPropsThatImportTheNext_IsEmpty() => Verdict.None(BannedApis.Unwired(
        [Project("samples/A/A.csproj", ""), Project("samples/Directory.Build.props", "<!-- GetPathOfFileAbove -->"), Project("Directory.Build.props", Analyzer + Entry)]));

    [Theory]
    [InlineData("src/Plait/Memory/A.cs", "#pragma warning disable RS", "0030")]
    [InlineData("eng/Plait.globalconfig", "dotnet_diagnostic.RS", "0030.severity = none")]
    [InlineData("src/Plait/Plait.csproj", "<NoWarn>$(NoWarn);RS", "0030</NoWarn>")]
    public void Silenced_OutsideInterop_NamesThePlace(string path, string head, string tail) => Verdict.One(BannedApis.Silenced([new(path, head + tail)]), path + ":1");

    [Fact]
    public void Silenced_ByThePeerThatIsMeasured_IsEmpty() => Verdict.None(BannedApis.Silenced([new(BannedApis.Peer, "#pragma warning disable RS" + "0030")]));

    [Fact]
    public void Silenced_InsideInterop_IsEmpty() => Verdict.None(BannedApis.Silenced([new("src/Plait/Interop/Clock.cs", "#pragma warning disable RS" + "0030")]));

    [Fact]
    public void Unresolved_OfAMisspeltSymbol_NamesIt() =>
        Verdict.One(BannedApis.Unresolved(new("list.txt", "M:System.Threading.Thread.Sleep(System.Int64);no\nP:System.DateTime.Now;no\n"), s_framework), "Sleep(System.Int64)");

    [Fact]
    public void Missing_OfAListWithHolesInIt_NamesEach()
    {
        string[] found = [.. BannedApis.Missing(new("list.txt", "M:System.Threading.Thread.Sleep(System.Int32);no\n"), s_framework)];

        Assert.Contains(found, text => text.EndsWith("Thread.Sleep(System.TimeSpan)", StringComparison.Ordinal));
        Assert.Contains(found, text => text.EndsWith("P:System.DateTime.UtcNow", StringComparison.Ordinal));
        Assert.DoesNotContain(found, text => text.Contains("Sleep(System.Int32)", StringComparison.Ordinal));
        Assert.DoesNotContain(found, text => text.Contains("System.TimeProvider", StringComparison.Ordinal));
    }

    private static SourceFile Project(string path, string items) => new(path, $"<Project><ItemGroup>{items}</ItemGroup></Project>");
}
