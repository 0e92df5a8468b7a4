using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Architecture.Tests.Sources;

/// <summary>All that crosses into native code lies in one folder, where its numbers, structs and errno rules are reviewed together.</summary>
internal static class OperatingSystemCalls
{
    public const string Home = "src/Plait/Interop";

    // The chapter on crashes makes one in native code on purpose; nothing is called that exists.
    private const string CrashesOnPurpose = "src/Plait.Cli/Chapters/Processes/Deaths.cs";

    private static readonly string[] s_names =
        ["DllImport", "LibraryImport", "NativeLibrary", "UnmanagedCallersOnly", "UnmanagedFunctionPointer", "GetDelegateForFunctionPointer", "GetFunctionPointerForDelegate"];

    public static IEnumerable<string> Violations(IEnumerable<SourceFile> files) =>
        from file in files
        where !file.IsUnder(Home) && file.Path != CrashesOnPurpose
        from node in file.Syntax.DescendantNodes()
        let what = Crossing(node)
        where what is not null
        select $"{SourceFile.At(node)}: {what} outside {Home}";

    private static string? Crossing(SyntaxNode node) => node switch
    {
        FunctionPointerTypeSyntax { CallingConvention.ManagedOrUnmanagedKeyword: var keyword } when keyword.IsKind(SyntaxKind.UnmanagedKeyword) => node.ToString(),
        SimpleNameSyntax name when Array.Exists(s_names, banned => name.Identifier.Text == banned || name.Identifier.Text == banned + "Attribute") => name.Identifier.Text,
        MethodDeclarationSyntax method when method.Modifiers.Any(SyntaxKind.ExternKeyword) && !IsManaged(method.AttributeLists) => "extern " + method.Identifier.Text,
        LocalFunctionStatementSyntax local when local.Modifiers.Any(SyntaxKind.ExternKeyword) && !IsManaged(local.AttributeLists) => "extern " + local.Identifier.Text,
        _ => null,
    };

    // An accessor of a private member is extern to the compiler only: the runtime fills it in with managed code.
    private static bool IsManaged(SyntaxList<AttributeListSyntax> lists) =>
        lists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString().Split('.')[^1] is "UnsafeAccessor" or "UnsafeAccessorAttribute");
}
