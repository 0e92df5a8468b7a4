using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Suites;

/// <summary>Finds test methods in sources, so that every test project counts without being loaded.</summary>
internal static class TestMethods
{
    public static IEnumerable<MethodDeclarationSyntax> In(SourceFile file) =>
        file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => IsTest(NameOf(attribute.Name))));

    /// <summary>"Class.Method" of every test, also under the name of each class that inherits it from a suite.</summary>
    public static IReadOnlySet<string> Names(IEnumerable<SourceFile> files)
    {
        var declared = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var parents = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var type in file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>())
            {
                Set(parents, type.Identifier.Text).UnionWith(type.BaseList?.Types.Select(parent => NameOf(parent.Type)) ?? []);
            }

            foreach (var method in In(file))
            {
                Set(declared, ((TypeDeclarationSyntax)method.Parent!).Identifier.Text).Add(method.Identifier.Text);
            }
        }

        return parents.Keys.SelectMany(type => Ancestry(type, parents).SelectMany(owner => declared.GetValueOrDefault(owner) ?? []).Select(method => $"{type}.{method}"))
            .ToHashSet(StringComparer.Ordinal);
    }

    // Fact and Theory, and attributes made from them (a fact that needs a service, say).
    private static bool IsTest(string attribute)
    {
        string name = attribute.EndsWith("Attribute", StringComparison.Ordinal) ? attribute[..^"Attribute".Length] : attribute;
        return name.EndsWith("Fact", StringComparison.Ordinal) || name.EndsWith("Theory", StringComparison.Ordinal);
    }

    private static string NameOf(TypeSyntax type) => type switch
    {
        SimpleNameSyntax simple => simple.Identifier.Text,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        _ => type.ToString(),
    };

    private static HashSet<string> Ancestry(string type, Dictionary<string, HashSet<string>> parents)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>([type]);
        while (pending.TryPop(out string? next))
        {
            if (seen.Add(next))
            {
                foreach (string parent in parents.GetValueOrDefault(next) ?? [])
                {
                    pending.Push(parent);
                }
            }
        }

        return seen;
    }

    private static HashSet<string> Set(Dictionary<string, HashSet<string>> map, string key) => map.TryGetValue(key, out var set) ? set : map[key] = new(StringComparer.Ordinal);
}
