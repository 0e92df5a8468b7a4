using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Plait.Architecture.Tests.Surface;

public sealed class PublicNamesTests
{
    [Fact]
    public void EmptyWords_OfThisTree_AreNone() => Verdict.None(PublicNames.EmptyWords(PlaitSources.PublicTypes(PlaitSources.Compilation)));

    [Fact]
    public void Taken_OfThisTree_AreNone() => Verdict.None(PublicNames.Taken(PlaitSources.PublicTypes(PlaitSources.Compilation), PlaitSources.Compilation));

    [Fact]
    public void Ambiguities_OfThisTree_AreNone() => Verdict.None(PublicNames.Ambiguities(PlaitSources.Compilation));

    [Theory]
    [InlineData("QueueHelper")]
    [InlineData("ArenaUtils")]
    [InlineData("LockManager")]
    public void EmptyWords_OfAVagueName_AreReported(string name) => Verdict.One(PublicNames.EmptyWords(Types($"public sealed class {name};")), name);

    [Fact]
    public void EmptyWords_OfTheManagerItself_AreNone() => Verdict.None(PublicNames.EmptyWords(Types("public sealed class Manager; internal sealed class FooHelper;")));

    [Theory]
    [InlineData("public sealed class Lock;", "System.Threading.Lock")]
    [InlineData("public sealed class Timer<T>;", "System.Threading.Timer")]
    [InlineData("public sealed class Plait;", "root namespace")]
    public void Taken_OfAWellKnownName_IsReported(string declaration, string expected)
    {
        var sample = Sample(declaration);

        Verdict.One(PublicNames.Taken(PlaitSources.PublicTypes(sample), sample), expected);
    }

    [Fact]
    public void Ambiguities_OfASecondBarrier_AreReported() => Verdict.One(PublicNames.Ambiguities(Sample("public sealed class Barrier; public interface IBarrier<T>;")), "CS0104");

    [Fact]
    public void Ambiguities_OfOneNameInTwoOfOurNamespaces_AreReported() => Verdict.One(
        PublicNames.Ambiguities(PlaitSources.Compile([
            new("src/Plait/Net/A.cs", "namespace Plait.Net; public sealed class Connection<T>;"),
            new("src/Plait/Queues/A.cs", "namespace Plait.Queues; public sealed class Connection<T>; public sealed class Other;")])).Distinct(StringComparer.Ordinal),
        "CS0104");

    private static IEnumerable<INamedTypeSymbol> Types(string declarations) => PlaitSources.PublicTypes(Sample(declarations));

    private static CSharpCompilation Sample(string declarations) =>
        PlaitSources.Compile([new("src/Plait/Queues/Sample.cs", "namespace Plait.Queues; " + declarations)]);
}
