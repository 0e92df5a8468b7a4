using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Structure;

/// <summary>A reader who knows a type's namespace knows its folder, and the other way round.</summary>
internal static class NamespaceIsFolder
{
    /// <summary>Types that must lie outside their folder's namespace, and who demands it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Allowed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["StartupHook"] = "the runtime looks a startup hook up by this exact name in the global namespace",
    };

    /// <param name="files">C# files to judge.</param>
    /// <param name="projects">Paths of the project files, relative to the root.</param>
    public static IEnumerable<string> Violations(IEnumerable<SourceFile> files, IReadOnlyCollection<string> projects)
    {
        foreach (var file in files)
        {
            string? project = projects.Where(path => file.IsUnder(FolderOf(path))).MaxBy(path => path.Length);
            if (project is null)
            {
                // A file-based program: it has no project, hence no namespace of its own.
                continue;
            }

            string home = FolderOf(project);
            string rootName = Path.GetFileNameWithoutExtension(project);
            string expected = file.Folder == home ? rootName : rootName + "." + file.Folder[(home.Length + 1)..].Replace('/', '.');

            foreach (var type in file.Syntax.DescendantNodes().Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax))
            {
                if (type.Ancestors().Any(node => node is BaseTypeDeclarationSyntax))
                {
                    continue;
                }

                string name = type is BaseTypeDeclarationSyntax declared ? declared.Identifier.Text : ((DelegateDeclarationSyntax)type).Identifier.Text;
                string actual = string.Join('.', type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Reverse().Select(space => space.Name.ToString()));
                if (actual != expected && !Allowed.ContainsKey(name))
                {
                    yield return $"{SourceFile.At(type)}: {name} is in namespace '{actual}', its folder says '{expected}'";
                }
            }

            if (Path.GetFileName(file.Path) != "Program.cs" && file.Syntax.Members.OfType<GlobalStatementSyntax>().FirstOrDefault() is { } statement)
            {
                yield return $"{SourceFile.At(statement)}: top-level statements belong in Program.cs";
            }
        }
    }

    private static string FolderOf(string path) => path[..path.LastIndexOf('/')];
}
