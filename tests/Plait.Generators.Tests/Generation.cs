using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Plait.Generators.Contracts;
using Xunit;

namespace Plait.Generators.Tests;

/// <summary>A program with a contract, compiled with the generator as a user's compiler does it.</summary>
internal sealed class Generation
{
    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Latest);
    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly CSharpCompilation _before;
    private readonly Compilation _after;

    private Generation(CSharpCompilation before)
    {
        _before = before;
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new ContractGenerator().AsSourceGenerator()], parseOptions: s_options, driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Driver = driver.RunGeneratorsAndUpdateCompilation(before, out _after, out _);
    }

    public GeneratorDriver Driver { get; }

    public IReadOnlyList<Diagnostic> Findings => Driver.GetRunResult().Diagnostics;

    public string Source => string.Concat(Driver.GetRunResult().GeneratedTrees.Select(static tree => tree.ToString()));

    public static Generation Of(string program) => new(CSharpCompilation.Create(
        "Program",
        [CSharpSyntaxTree.ParseText("using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using Plait.Processes;\n" + program, s_options, "program.cs")],
        s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable)));

    /// <summary>The one finding: its id, and the text it is at.</summary>
    public static (string Id, string Message, string At) OnlyFinding(string program)
    {
        var generation = Of(program);
        Diagnostic finding = Assert.Single(generation.Findings);
        Assert.Equal(DiagnosticSeverity.Error, finding.Severity);
        Assert.Empty(generation.Source);
        string text = generation._before.SyntaxTrees.Single().ToString();
        return (finding.Id, finding.GetMessage(), text.Substring(finding.Location.SourceSpan.Start, finding.Location.SourceSpan.Length));
    }

    /// <summary>Everything compiles, and without a warning.</summary>
    public Generation ShouldCompile()
    {
        Assert.Empty(Findings);
        Assert.Empty(_after.GetDiagnostics().Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS8321"));
        return this;
    }

    /// <summary>How the generator's steps came about in a second run, after an edit.</summary>
    public IEnumerable<IncrementalStepRunReason> After(Func<string, string> edit)
    {
        SyntaxTree tree = _before.SyntaxTrees.Single();
        var changed = CSharpSyntaxTree.ParseText(edit(tree.ToString()), s_options, tree.FilePath);
        return Driver.RunGenerators(_before.ReplaceSyntaxTree(tree, changed)).GetRunResult().Results.Single().TrackedOutputSteps
            .SelectMany(static steps => steps.Value).SelectMany(static step => step.Outputs).Select(static output => output.Reason);
    }
}
