using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Suites;

/// <summary>A numbered crash point is worth something only if the code can die there and a sweep makes it.</summary>
internal static class CrashPointCoverage
{
    public const string Declaration = "src/Plait/Memory/CrashPoint.cs";
    private const string Type = "CrashPoint";

    public static IEnumerable<string> Violations(IReadOnlyCollection<SourceFile> files)
    {
        var declaration = files.FirstOrDefault(file => file.Path == Declaration);
        var points = declaration?.Syntax.DescendantNodes().OfType<EnumDeclarationSyntax>().FirstOrDefault(type => type.Identifier.Text == Type);
        if (points is null)
        {
            return [$"{Declaration} with 'enum {Type}' is missing: the places where a process may be killed are numbered there"];
        }

        var hit = files.Where(file => file.IsCSharp && file.IsUnder("src")).SelectMany(Hits).ToHashSet(StringComparer.Ordinal);
        var swept = files.Where(IsSweep).SelectMany(file => file.Syntax.DescendantNodes()).Select(PointIn).OfType<string>().ToHashSet(StringComparer.Ordinal);
        string[] names = [.. points.Members.Select(member => member.Identifier.Text).Where(name => name != "None")];
        return
        [
            .. names.Where(name => !hit.Contains(name)).Select(name => $"{Type}.{name} is never hit: no CrashPoints.Hit({Type}.{name}) in src"),
            .. names.Where(name => !swept.Contains(name)).Select(name => $"{Type}.{name} is in no sweep: name it in tests/Plait.Tests/**/CrashSweep*.cs"),
        ];
    }

    private static bool IsSweep(SourceFile file) =>
        file.IsCSharp && file.IsUnder("tests/Plait.Tests") && Path.GetFileName(file.Path).StartsWith("CrashSweep", StringComparison.Ordinal);

    private static IEnumerable<string> Hits(SourceFile file) =>
        file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "Hit", Expression: SimpleNameSyntax { Identifier.Text: "CrashPoints" } })
            .SelectMany(call => call.ArgumentList.DescendantNodes())
            .Select(PointIn)
            .OfType<string>();

    private static string? PointIn(Microsoft.CodeAnalysis.SyntaxNode node) =>
        node is MemberAccessExpressionSyntax { Expression: SimpleNameSyntax { Identifier.Text: Type } } access ? access.Name.Identifier.Text : null;
}
