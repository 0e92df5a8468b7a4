using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Documentation;

/// <summary>
/// Compiles the C# of the pages as a user would: against the built library, with the implicit usings and every public namespace.
/// A snippet is a program (with or without types below it), or else a part of a class. What a page leaves out for brevity
/// stands in a comment above the fence, <c>&lt;!-- given: int Fib(int n) =&gt; n; --&gt;</c>, and is compiled as static members beside the snippet.
/// </summary>
internal static class SnippetCheck
{
    private const string Language = "csharp";
    private const string Excused = "no-compile";
    private const string Given = "given:";
    private const int ShortestReason = 15;
    private static readonly string[] s_otherSpellings = ["cs", "c#", "C#", "CSharp", "Csharp", "CS"];

    public static IEnumerable<string> Violations(IEnumerable<SourceFile> pages, IReadOnlyCollection<MetadataReference> libraries)
    {
        // The framework and the libraries are bound once: what is made of it by adding trees has their symbols.
        var ground = CSharpCompilation.Create("Snippet", references: [.. PlaitSources.Framework, .. libraries], options: Options(OutputKind.DynamicallyLinkedLibrary));
        string usings = PlaitSources.ImplicitUsings + string.Concat(PublicNamespaces(ground, libraries).Select(name => $"global using {name};\n"));
        return pages.SelectMany(Snippet.Read).SelectMany(snippet => Judge(snippet, usings, ground));
    }

    private static string[] Judge(Snippet snippet, string usings, CSharpCompilation ground)
    {
        string where = $"{snippet.Page}:{snippet.Line}";
        if (s_otherSpellings.Contains(snippet.Language, StringComparer.Ordinal))
        {
            return [$"{where}: a fence of '{snippet.Language}' is not compiled: write {Language}"];
        }

        if (snippet.Language != Language)
        {
            return [];
        }

        string rest = snippet.Info[Language.Length..].Trim();
        if (rest == Excused)
        {
            bool explained = snippet.Note.StartsWith(Excused + ":", StringComparison.Ordinal) && snippet.Note[(Excused.Length + 1)..].Trim().Length >= ShortestReason;
            return explained ? [] : [$"{where}: {Excused} needs its reason in a comment above the fence: <!-- {Excused}: why -->"];
        }

        if (rest.Length > 0)
        {
            return [$"{where}: unknown words after {Language}: '{rest}'"];
        }

        string given = snippet.Note.StartsWith(Given, StringComparison.Ordinal) ? snippet.Note[Given.Length..] : "";
        string[] asProgram = [.. Errors(snippet, snippet.Code, 0, given, usings, ground)];
        if (asProgram.Length == 0)
        {
            return [];
        }

        // Members of a class are no program; a snippet that is neither is shown with its errors as a program.
        string[] asMembers = [.. Errors(snippet, $"partial class Reader\n{{\n{snippet.Code}\n}}\n", 2, given, usings, ground)];
        return asMembers.Length == 0 ? [] : asProgram;
    }

    private static IEnumerable<string> Errors(Snippet snippet, string code, int addedLines, string given, string usings, CSharpCompilation ground)
    {
        var tree = CSharpSyntaxTree.ParseText(code, SourceFile.ParseOptions, snippet.Page);
        bool isProgram = ((CompilationUnitSyntax)tree.GetRoot()).Members.OfType<GlobalStatementSyntax>().Any();
        string context = usings + (given.Length == 0 ? "" : "global using static Given;\n" + Open($"public static partial class Given\n{{\n{given}\n}}\n"));
        return ground
            .WithOptions(Options(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary))
            .AddSyntaxTrees(tree, CSharpSyntaxTree.ParseText(context, SourceFile.ParseOptions, "given"))
            .GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic =>
            {
                var position = diagnostic.Location.GetLineSpan();
                int line = position.Path == snippet.Page ? snippet.Line + 1 + position.StartLinePosition.Line - addedLines : snippet.Line;
                return $"{snippet.Page}:{line}: {diagnostic.Id} {diagnostic.GetMessage()}";
            });
    }

    private static CSharpCompilationOptions Options(OutputKind kind) => new(kind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>Makes the given members visible and static, so that a page need not say so.</summary>
    private static string Open(string given)
    {
        var root = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(given, SourceFile.ParseOptions).GetRoot();
        var members = ((TypeDeclarationSyntax)root.Members[0]).Members;
        return root.ReplaceNodes(members, (_, member) => member.WithModifiers(member.Modifiers.InsertRange(0, Missing(member)))).ToFullString();
    }

    private static IEnumerable<SyntaxToken> Missing(MemberDeclarationSyntax member)
    {
        SyntaxKind[] wanted = member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax ? [SyntaxKind.PublicKeyword] : [SyntaxKind.PublicKeyword, SyntaxKind.StaticKeyword];
        return wanted.Where(kind => !member.Modifiers.Any(kind)).Select(kind => SyntaxFactory.Token(kind).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space));
    }

    private static IEnumerable<string> PublicNamespaces(CSharpCompilation ground, IReadOnlyCollection<MetadataReference> libraries) =>
        libraries
            .Select(ground.GetAssemblyOrModuleSymbol)
            .OfType<IAssemblySymbol>()
            .SelectMany(assembly => PublicNamespaces(assembly.GlobalNamespace))
            .Where(name => name.StartsWith("Plait", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> PublicNamespaces(INamespaceSymbol space)
    {
        if (!space.IsGlobalNamespace && space.GetTypeMembers().Any(type => type.DeclaredAccessibility == Accessibility.Public))
        {
            yield return space.ToDisplayString();
        }

        foreach (string inner in space.GetNamespaceMembers().SelectMany(PublicNamespaces))
        {
            yield return inner;
        }
    }
}
