using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Plait.Architecture.Tests.Structure;

public sealed class DependencyArrowsTests
{
    private const string Queue = "namespace Plait.Queues; internal sealed class Fifo { public const int Depth = 4; public static Fifo Create() => new(); public int Count => 0; }";

    [Fact]
    public void Violations_OfThisTree_AreNone() => Verdict.None(DependencyScan.Violations(PlaitSources.Compilation, DependencyArrows.Table));

    [Fact]
    public void Impurities_OfScheduling_AreNone() => Verdict.None(
        DependencyScan.Impurities(PlaitSources.Compilation, "Scheduling", DependencyArrows.ForbiddenInScheduling, DependencyArrows.AllowedInScheduling));

    [Fact]
    public void Cycles_OfTheTable_AreNone() => Verdict.None(DependencyArrows.Cycles(DependencyArrows.Table));

    [Fact]
    public void Cycles_OfTwoFoldersThatUseEachOther_AreReported() =>
        Assert.Equal(2, DependencyArrows.Cycles(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["A"] = ["B"], ["B"] = ["A"] }).Count());

    [Theory]
    [InlineData("private readonly Plait.Queues.Fifo? _field;")]
    [InlineData("static void M() { var inferred = Plait.Queues.Fifo.Create(); }")]
    [InlineData("static System.Collections.Generic.List<Plait.Queues.Fifo[]>? M() => null;")]
    [InlineData("static int M() => Plait.Queues.Fifo.Depth;")]
    [InlineData("static string M() => typeof(Plait.Queues.Fifo).Name;")]
    public void Violations_OfAnUpwardUse_NameTheArrow(string member) =>
        Verdict.One(Scan("Memory", "namespace Plait.Memory; internal sealed class A { " + member + " }"), "Memory may not use Queues");

    [Fact]
    public void Violations_OfAnUpwardUseWithoutASpelledName_NameTheArrow()
    {
        // The file in Memory never writes a name from Queues: only the semantic model sees the type of the chained call.
        const string Bridge = "namespace Plait.Interop; internal static class Bridge { public static Plait.Queues.Fifo Make() => null!; }";
        const string Caller = "namespace Plait.Memory; internal sealed class A { static int M() => Plait.Interop.Bridge.Make().Count; }";

        string[] found = [.. DependencyScan.Violations(
            Compile(("Interop", Bridge), ("Memory", Caller), ("Queues", Queue)), DependencyArrows.Table)];

        Assert.Contains(found, text => text.Contains("Interop may not use Queues", StringComparison.Ordinal));
        Assert.Contains(found, text => text.Contains("Memory may not use Queues", StringComparison.Ordinal));
    }

    [Fact]
    public void Violations_OfADownwardUse_AreNone() => Verdict.None(
        Scan("Execution", "namespace Plait.Execution; internal sealed class A { private readonly Plait.Queues.Fifo _f = new(); int Depth => _f.Count; }"));

    [Fact]
    public void Violations_OfACrefInAComment_AreNone() => Verdict.None(
        Scan("Memory", "namespace Plait.Memory; /// <summary>Feeds <see cref=\"Plait.Queues.Fifo\"/>.</summary>\ninternal sealed class A;"));

    [Fact]
    public void Violations_OfAFolderWithoutARow_AskForOne() =>
        Verdict.One(Scan("Common", "namespace Plait.Common; internal sealed class A;"), "no row in the table");

    [Theory]
    [InlineData("static long M() => System.Diagnostics.Stopwatch.GetTimestamp();")]
    [InlineData("static System.DateTime M() => default;")]
    [InlineData("static void M() { lock (new System.Threading.Lock()) { } }")]
    public void Impurities_OfAPolicyWithAClockOrAThread_AreReported(string member) => Assert.NotEmpty(Impurities(member));

    [Fact]
    public void Impurities_OfAPolicyThatTakesACancellationToken_AreNone() => Verdict.None(Impurities("static void M(System.Threading.CancellationToken token) { }"));

    private static IEnumerable<string> Impurities(string member) => DependencyScan.Impurities(
        Compile(("Scheduling", "namespace Plait.Scheduling; internal sealed class A { " + member + " }")),
        "Scheduling",
        DependencyArrows.ForbiddenInScheduling,
        DependencyArrows.AllowedInScheduling);

    private static IEnumerable<string> Scan(string folder, string text) =>
        DependencyScan.Violations(Compile((folder, text), ("Queues", Queue)), DependencyArrows.Table);

    private static CSharpCompilation Compile(params (string Folder, string Text)[] files) =>
        PlaitSources.Compile(files.Select(file => new SourceFile($"src/Plait/{file.Folder}/Sample.cs", file.Text)));
}
