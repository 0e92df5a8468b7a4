using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests;

/// <summary>A text file of the repository, or a made-up one for a control.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Text">The whole content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    // Conditional code is house code too, so the symbols of a debug build are on.
    public static readonly CSharpParseOptions ParseOptions = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Diagnose)
        .WithPreprocessorSymbols("DEBUG", "TRACE", "NET", "NET10_0", "NET10_0_OR_GREATER", "NET9_0_OR_GREATER", "NET8_0_OR_GREATER")
        .WithFeatures([new("FileBasedProgram", "true")]);

    private readonly Lazy<SyntaxTree> _tree = new(() => CSharpSyntaxTree.ParseText(Text, ParseOptions, Path));

    public SyntaxTree Tree => _tree.Value;

    public CompilationUnitSyntax Syntax => (CompilationUnitSyntax)Tree.GetRoot();

    public string[] Lines => Text.Length == 0 ? [] : (Text.EndsWith('\n') ? Text[..^1] : Text).Split('\n');

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>The path of the folder, without a trailing slash; empty for a file at the root.</summary>
    public string Folder => Path.LastIndexOf('/') is >= 0 and var slash ? Path[..slash] : "";

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>"path:line" of a node, as editors and terminals link it.</summary>
    public static string At(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return $"{span.Path}:{span.StartLinePosition.Line + 1}";
    }
}
