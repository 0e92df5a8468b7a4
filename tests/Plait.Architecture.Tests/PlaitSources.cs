using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Plait.Architecture.Tests;

/// <summary>src/Plait bound by Roslyn, so that checks see every type an expression touches and not only the names that are spelled out.</summary>
internal static class PlaitSources
{
    // The usings that Microsoft.NET.Sdk adds to every C# project with ImplicitUsings on.
    public static readonly string[] ImplicitNamespaces =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    // A partial method without its other half comes from a generator (LibraryImport), which does not run here: its signature binds all the same,
    // but flow analysis drops the call, so definite assignment has nothing to say. The build proper checks both.
    private static readonly string[] s_generatorErrors = ["CS8795", "CS9248", "CS0165", "CS0170", "CS0177", "CS0269"];

    private static readonly Lazy<MetadataReference[]> s_framework = new(ReadFramework);
    private static readonly Lazy<CSharpCompilation> s_compilation = new(() => Compile(Repository.CSharp("src/Plait")));

    public static string FrameworkFolder => Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    public static IReadOnlyList<MetadataReference> Framework => s_framework.Value;

    public static CSharpCompilation Compilation => s_compilation.Value;

    public static string ImplicitUsings => string.Concat(ImplicitNamespaces.Select(name => $"global using {name};\n"));

    public static CSharpCompilation Compile(IEnumerable<SourceFile> files) => CSharpCompilation.Create(
        "Plait",
        [CSharpSyntaxTree.ParseText(ImplicitUsings, SourceFile.ParseOptions, "GlobalUsings.g.cs"), .. files.Select(file => file.Tree)],
        Framework,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>What would make the semantic checks blind: code that does not bind.</summary>
    public static IEnumerable<string> BindingErrors(CSharpCompilation compilation) =>
        compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && !s_generatorErrors.Contains(diagnostic.Id, StringComparer.Ordinal))
            .Select(diagnostic => diagnostic.ToString());

    /// <summary>Every named type declared in the compilation's own sources, nested ones included.</summary>
    public static IEnumerable<INamedTypeSymbol> Types(Compilation compilation) => TypesOf(compilation.Assembly.GlobalNamespace);

    /// <summary>Types that code outside the assembly can name.</summary>
    public static IEnumerable<INamedTypeSymbol> PublicTypes(Compilation compilation) => Types(compilation).Where(IsVisibleOutside);

    public static bool IsVisibleOutside(ISymbol symbol)
    {
        for (var current = symbol; current is not null and not INamespaceSymbol; current = current.ContainingSymbol)
        {
            if (current.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol container)
    {
        foreach (var member in container.GetMembers().OfType<INamespaceOrTypeSymbol>())
        {
            if (member is INamedTypeSymbol type)
            {
                yield return type;
            }

            foreach (var inner in TypesOf(member))
            {
                yield return inner;
            }
        }
    }

    private static MetadataReference[] ReadFramework()
    {
        // The runtime's own assemblies stand in for the reference pack: every machine that runs the tests has them.
        return [.. Directory.EnumerateFiles(FrameworkFolder, "*.dll").Where(IsManaged).Select(path => MetadataReference.CreateFromFile(path))];
    }

    private static bool IsManaged(string path)
    {
        using var reader = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(path));
        return reader.HasMetadata;
    }
}
