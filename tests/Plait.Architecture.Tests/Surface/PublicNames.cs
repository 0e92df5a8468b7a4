using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Plait.Architecture.Tests.Surface;

/// <summary>Public names read well beside the implicit usings: none is ambiguous, none hides a well-known one, none says nothing.</summary>
internal static class PublicNames
{
    // A name that ends so says that its owner did not know what the type is.
    private static readonly string[] s_empty = ["Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Manager", "Managers", "Common", "Misc", "Impl"];

    /// <summary>The one exception: the process that owns shared objects has been called so since Python's multiprocessing.</summary>
    private const string FieldTerm = "Manager";

    public static IEnumerable<string> EmptyWords(IEnumerable<INamedTypeSymbol> types) =>
        from type in types
        where type.Name != FieldTerm
        let word = Array.Find(s_empty, word => type.Name.EndsWith(word, StringComparison.Ordinal))
        where word is not null
        select $"{type.ToDisplayString()} ends in {word}: name what it is";

    /// <summary>Public types with the name of a type that every file sees already, whatever its arity, and a type with the product's name.</summary>
    public static IEnumerable<string> Taken(IEnumerable<INamedTypeSymbol> types, Compilation framework)
    {
        var taken = PlaitSources.ImplicitNamespaces
            .SelectMany(name => Namespace(framework, name).GetTypeMembers())
            .Where(PlaitSources.IsVisibleOutside)
            .GroupBy(type => type.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().ToDisplayString(), StringComparer.Ordinal);

        foreach (var type in types)
        {
            if (type.Name == "Plait")
            {
                yield return $"{type.ToDisplayString()} has the name of the root namespace";
            }
            else if (type.ContainingType is null && taken.TryGetValue(type.Name, out string? other))
            {
                yield return $"{type.ToDisplayString()} has the name of {other}, which an implicit using brings";
            }
        }
    }

    /// <summary>Compiles a program with the implicit usings and every public namespace of <paramref name="library"/> that mentions each public type by its simple name.</summary>
    public static IEnumerable<string> Ambiguities(CSharpCompilation library)
    {
        INamedTypeSymbol[] types = [.. PlaitSources.PublicTypes(library).Where(type => type.ContainingType is null && type.DeclaredAccessibility == Accessibility.Public)];
        var usings = types.Select(type => type.ContainingNamespace).Where(space => !space.IsGlobalNamespace)
            .Select(space => $"global using {space.ToDisplayString()};\n").Distinct(StringComparer.Ordinal);
        var mentions = types.Select(type => $"    static void M{Array.IndexOf(types, type)}() => _ = typeof({Mention(type)});\n");

        // In a namespace of its own, as user code is: inside Plait's namespaces the compiler would look there first and hide the clash.
        string program = $"namespace User;\nstatic class Mentions\n{{\n{string.Concat(mentions)}}}\n";
        return CSharpCompilation.Create(
                "User",
                [
                    CSharpSyntaxTree.ParseText(PlaitSources.ImplicitUsings + string.Concat(usings), SourceFile.ParseOptions),
                    CSharpSyntaxTree.ParseText(program, SourceFile.ParseOptions),
                ],
                [.. PlaitSources.Framework, library.ToMetadataReference()],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
            .GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Id} {diagnostic.GetMessage()}");
    }

    private static string Mention(INamedTypeSymbol type) => type.Arity == 0 ? type.Name : $"{type.Name}<{new string(',', type.Arity - 1)}>";

    private static INamespaceSymbol Namespace(Compilation compilation, string name) =>
        name.Split('.').Aggregate(compilation.GlobalNamespace, (space, part) => space.GetNamespaceMembers().Single(inner => inner.Name == part));
}
