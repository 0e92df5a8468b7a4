using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Plait.Architecture.Tests.Sources;

/// <summary>The analyzer that bans the wall clock and sleeping works only if every project feeds it the list, the list names real symbols, and nobody switches it off.</summary>
internal static partial class BannedApis
{
    public const string List = "eng/BannedSymbols.txt";

    /// <summary>Programs built as a user of the library would build his own, so without the rules of this house.</summary>
    public const string UsersPrograms = "tests/Hosting";

    /// <summary>The one file that uses what is banned because that is what the bench measures us against.</summary>
    public const string Peer = "bench/Plait.Benchmarks/Peers/NamedMutex.cs";

    private static readonly string[] s_calendarTypes = ["System.DateTime", "System.DateTimeOffset"];
    private static readonly string[] s_wallClockNames = ["Now", "UtcNow", "Today"];
    private const string Package = "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    /// <summary>Projects whose own file, and the props and targets above it, do not bring both the analyzer and the list, or bring the list twice.</summary>
    public static IEnumerable<string> Unwired(IReadOnlyCollection<SourceFile> files)
    {
        foreach (var project in files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) && !file.IsUnder(UsersPrograms)))
        {
            SourceFile[] chain = [project, .. Above(project, files, "Directory.Build.props"), .. Above(project, files, "Directory.Build.targets")];
            XElement[] lists = [.. chain.SelectMany(file => Items(file, "AdditionalFiles")).Where(item => Include(item).EndsWith("BannedSymbols.txt", StringComparison.Ordinal))];
            int always = lists.Count(item => item.Attribute("Condition") is null);
            if (lists.Length == 0)
            {
                yield return $"{project.Path} does not pass {List} to the analyzers as AdditionalFiles";
            }
            else if (always > 1)
            {
                yield return $"{project.Path} gets {List} {always} times (the analyzer reports every line as a duplicate): remove its own entry";
            }

            if (!chain.SelectMany(file => Items(file, "PackageReference")).Any(item => Include(item) == Package))
            {
                yield return $"{project.Path} does not reference {Package}";
            }
        }
    }

    /// <summary>Places outside <see cref="OperatingSystemCalls.Home"/> and <see cref="Peer"/> that silence the ban.</summary>
    public static IEnumerable<string> Silenced(IEnumerable<SourceFile> files) =>
        from file in files
        where !file.IsUnder(OperatingSystemCalls.Home) && file.Path != Peer
        from line in file.Lines.Index()
        where Silencing().IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1} switches the ban of {List} off: {line.Item.Trim()}";

    /// <summary>Lines that name nothing: a misspelt symbol bans nothing.</summary>
    public static IEnumerable<string> Unresolved(SourceFile list, Compilation framework) =>
        from id in Ids(list)
        where DocumentationCommentId.GetFirstSymbolForDeclarationId(id, framework) is null
        select $"{list.Path}: {id} names no symbol of the framework";

    /// <summary>Ways to sleep, or to read the wall clock, that the list leaves open.</summary>
    public static IEnumerable<string> Missing(SourceFile list, Compilation framework)
    {
        var banned = Ids(list).ToHashSet(StringComparer.Ordinal);
        return from symbol in Sleeps(framework).Concat(WallClocks(framework))
               let id = symbol.GetDocumentationCommentId()!
               where !banned.Contains(id) && !banned.Contains(symbol.ContainingType.GetDocumentationCommentId()!)
               select $"{list.Path} does not ban {id}";
    }

    private static IEnumerable<ISymbol> Sleeps(Compilation framework)
    {
        var clock = framework.GetTypeByMetadataName("System.TimeProvider");
        var sleeps = framework.GetTypeByMetadataName("System.Threading.Thread")!.GetMembers("Sleep");
        var delays = framework.GetTypeByMetadataName("System.Threading.Tasks.Task")!.GetMembers("Delay").OfType<IMethodSymbol>()
            .Where(method => !method.Parameters.Any(parameter => SymbolEqualityComparer.Default.Equals(parameter.Type, clock)));
        return sleeps.Concat(delays);
    }

    private static IEnumerable<ISymbol> WallClocks(Compilation framework) =>
        from type in s_calendarTypes
        from name in s_wallClockNames
        from symbol in framework.GetTypeByMetadataName(type)!.GetMembers(name)
        select symbol;

    private static IEnumerable<string> Ids(SourceFile list) =>
        list.Lines.Select(line => line.Split(';')[0].Trim()).Where(id => id.Length > 0 && !id.StartsWith("//", StringComparison.Ordinal));

    /// <summary>The nearest file of that name above the project and, as long as each imports the next, those above it.</summary>
    private static IEnumerable<SourceFile> Above(SourceFile project, IReadOnlyCollection<SourceFile> files, string name)
    {
        string folder = project.Folder;
        while (true)
        {
            var found = files.FirstOrDefault(file => file.Path == (folder.Length == 0 ? name : folder + "/" + name));
            if (found is not null)
            {
                yield return found;
            }

            if (folder.Length == 0 || (found is not null && !found.Text.Contains("GetPathOfFileAbove", StringComparison.Ordinal)))
            {
                yield break;
            }

            folder = folder.LastIndexOf('/') is >= 0 and var slash ? folder[..slash] : "";
        }
    }

    private static IEnumerable<XElement> Items(SourceFile file, string name) => XDocument.Parse(file.Text).Descendants(name).Where(item => item.Attribute("Include") is not null);

    private static string Include(XElement item) => item.Attribute("Include")!.Value;

    [GeneratedRegex(@"#pragma\s+warning\s+disable\b.*\bRS0030|SuppressMessage\(.*RS0030|<NoWarn[>].*RS0030|RS0030\.severity\s*=\s*(?:none|silent|suggestion)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Silencing();
}
