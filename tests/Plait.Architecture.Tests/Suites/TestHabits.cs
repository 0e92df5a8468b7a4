using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Suites;

/// <summary>A test says in its name what it shows, and waits for facts instead of time.</summary>
internal static partial class TestHabits
{
    public static IEnumerable<string> Names(IEnumerable<SourceFile> files) =>
        from file in files
        from method in TestMethods.In(file)
        where !MethodStateResult().IsMatch(method.Identifier.Text)
        select $"{SourceFile.At(method)}: {method.Identifier.Text} is not Method_State_Result";

    public static IEnumerable<string> Sleeps(IEnumerable<SourceFile> files) =>
        from file in files
        from node in file.Syntax.DescendantNodes()
        let what = Sleep(node)
        where what is not null
        select $"{SourceFile.At(node)}: {what} in a test: wait for the fact itself, with a hang limit";

    private static string? Sleep(Microsoft.CodeAnalysis.SyntaxNode node) => node switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Sleep", Expression: var owner } when Last(owner) == "Thread" => "Thread.Sleep",
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Delay", Expression: var owner } when Last(owner) == "Task" => "Task.Delay",
        // A bare call works only through one of these.
        UsingDirectiveSyntax { StaticKeyword.Text: "static", Name: { } name } when Last(name) is "Thread" or "Task" => node.ToString(),
        UsingDirectiveSyntax { Alias: not null, Name: { } name } when name.ToString() is "System.Threading.Thread" or "System.Threading.Tasks.Task" => node.ToString(),
        _ => null,
    };

    private static string Last(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => "",
    };

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(?:_[A-Z0-9][A-Za-z0-9]*){2}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MethodStateResult();
}
