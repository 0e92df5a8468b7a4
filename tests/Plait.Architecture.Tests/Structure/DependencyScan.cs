using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Structure;

/// <summary>Finds the arrows that the code really has, from the semantic model: names, inferred types, operators and conversions alike.</summary>
internal static class DependencyScan
{
    private const string Root = "src/Plait/";

    // Each file has a semantic model of its own, which binds its bodies anew: most of the time of these tests.
    public static IEnumerable<string> Violations(CSharpCompilation compilation, IReadOnlyDictionary<string, string[]> table) =>
        compilation.SyntaxTrees.Where(tree => FolderOf(tree) is not null).AsParallel().AsOrdered().SelectMany(tree => Violations(compilation, table, tree));

    private static IEnumerable<string> Violations(CSharpCompilation compilation, IReadOnlyDictionary<string, string[]> table, SyntaxTree tree)
    {
        string from = FolderOf(tree)!;
        if (!table.ContainsKey(from))
        {
            if (tree.GetRoot().DescendantNodes().Any(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax))
            {
                yield return $"{tree.FilePath}: folder '{from}' has no row in the table of arrows";
            }

            yield break;
        }

        var allowed = DependencyArrows.Reachable(table, from);
        foreach (var (type, node) in Uses(compilation, tree))
        {
            string? to = type.DeclaringSyntaxReferences.Select(reference => FolderOf(reference.SyntaxTree)).FirstOrDefault(folder => folder is not null);
            if (to is not null && !allowed.Contains(to))
            {
                yield return $"{SourceFile.At(node)} uses {type.ToDisplayString()}: {from} may not use {to}";
            }
        }
    }

    public static IEnumerable<string> Impurities(CSharpCompilation compilation, string folder, string[] forbidden, string[] allowed)
    {
        foreach (var tree in compilation.SyntaxTrees.Where(tree => FolderOf(tree) == folder))
        {
            foreach (var (type, node) in Uses(compilation, tree))
            {
                string name = type.ToDisplayString();
                if (Covers(forbidden, name) && !Covers(allowed, name))
                {
                    yield return $"{SourceFile.At(node)} uses {name}: {folder} is pure (no clock, no thread, no effect)";
                }
            }
        }
    }

    private static bool Covers(string[] names, string type) =>
        Array.Exists(names, name => type == name || type.StartsWith(name + ".", StringComparison.Ordinal) || type.StartsWith(name + "<", StringComparison.Ordinal));

    /// <summary>The first segment under src/Plait; an empty name for a file directly in it; null for a file elsewhere.</summary>
    private static string? FolderOf(SyntaxTree tree)
    {
        if (!tree.FilePath.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        string rest = tree.FilePath[Root.Length..];
        return rest.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? rest[..slash] : "";
    }

    /// <summary>Each type a file touches, with the first node that does.</summary>
    private static Dictionary<INamedTypeSymbol, SyntaxNode> Uses(CSharpCompilation compilation, SyntaxTree tree)
    {
        var uses = new Dictionary<INamedTypeSymbol, SyntaxNode>(SymbolEqualityComparer.Default);
        var model = compilation.GetSemanticModel(tree);
        foreach (var node in tree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax))
        {
            // Comments are not visited: a cref that points upwards is a signpost, not an arrow.
            if (node is ExpressionSyntax or ConstructorInitializerSyntax or AttributeSyntax)
            {
                var symbol = model.GetSymbolInfo(node).Symbol;
                Add(symbol as ITypeSymbol ?? symbol?.ContainingType);
                var info = model.GetTypeInfo(node);
                Add(info.Type);
                Add(info.ConvertedType);
                if (symbol is IMethodSymbol method)
                {
                    foreach (var argument in method.TypeArguments)
                    {
                        Add(argument);
                    }
                }
            }

            void Add(ITypeSymbol? type)
            {
                switch (type)
                {
                    case IArrayTypeSymbol array:
                        Add(array.ElementType);
                        break;
                    case IPointerTypeSymbol pointer:
                        Add(pointer.PointedAtType);
                        break;
                    case INamedTypeSymbol named:
                        uses.TryAdd(named.OriginalDefinition, node);
                        foreach (var argument in named.TypeArguments.Where(argument => argument is not ITypeParameterSymbol))
                        {
                            Add(argument);
                        }

                        Add(named.ContainingType);
                        break;
                }
            }
        }

        return uses;
    }
}
