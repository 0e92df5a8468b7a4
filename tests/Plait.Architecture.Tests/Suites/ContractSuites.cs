using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Suites;

/// <summary>An abstraction has one suite of tests, and every class that implements it runs that suite: as XContractTests, which derives from it.</summary>
internal static class ContractSuites
{
    /// <summary>The interface or base class, and the abstract class of tests that says what it promises.</summary>
    public static readonly (string Interface, string Suite)[] All = [("IExecutor", "ExecutorContract"), ("Selector", "SelectorContract")];

    public static IEnumerable<string> Violations(IEnumerable<SourceFile> sources, IEnumerable<SourceFile> tests)
    {
        TypeDeclarationSyntax[] implementations = [.. Classes(sources)];
        TypeDeclarationSyntax[] suites = [.. Classes(tests)];
        foreach ((string contract, string suite) in All)
        {
            TypeDeclarationSyntax[] ours =
                [.. implementations.Where(type => DerivesFrom(type, contract, implementations) && !type.Modifiers.Any(SyntaxKind.AbstractKeyword))];
            if (ours.Length == 0)
            {
                continue;
            }

            if (!suites.Any(type => type.Identifier.Text == suite && type.Modifiers.Any(SyntaxKind.AbstractKeyword)))
            {
                yield return $"{contract} has no suite: an abstract class {suite} in tests";
                continue;
            }

            foreach (TypeDeclarationSyntax type in ours)
            {
                string expected = $"{type.Identifier.Text}ContractTests";
                if (!suites.Any(test => test.Identifier.Text == expected && DerivesFrom(test, suite, suites)))
                {
                    yield return $"{SourceFile.At(type)}: {type.Identifier.Text} keeps the contract of {contract} and runs no suite: add {expected} : {suite}";
                }
            }
        }
    }

    // A class may have another between it and what is looked for: a suite of those that keep more than all do, what two implementations share.
    private static bool DerivesFrom(TypeDeclarationSyntax type, string ancestor, TypeDeclarationSyntax[] types) =>
        Bases(type).Any(parent => parent == ancestor || types.Any(between => between.Identifier.Text == parent && between != type && DerivesFrom(between, ancestor, types)));

    private static IEnumerable<TypeDeclarationSyntax> Classes(IEnumerable<SourceFile> files) =>
        files.SelectMany(static file => file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()).Where(static type => type is ClassDeclarationSyntax or RecordDeclarationSyntax);

    private static IEnumerable<string> Bases(TypeDeclarationSyntax type) => type.BaseList?.Types.Select(static parent => Name(parent.Type)) ?? [];

    private static string Name(TypeSyntax type) => type switch
    {
        SimpleNameSyntax simple => simple.Identifier.Text,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        _ => type.ToString(),
    };
}
