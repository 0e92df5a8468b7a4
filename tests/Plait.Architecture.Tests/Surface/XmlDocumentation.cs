using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Plait.Architecture.Tests.Surface;

/// <summary>Judges the documentation file that ships beside the assembly, against the symbols it should describe.</summary>
internal static class XmlDocumentation
{
    public static IReadOnlyDictionary<string, XElement> Parse(string xml) =>
        XDocument.Parse(xml).Root!.Element("members")!.Elements("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    public static IEnumerable<string> Violations(Compilation compilation, IReadOnlyDictionary<string, XElement> documentation) =>
        PlaitSources.PublicTypes(compilation).SelectMany(type => type.GetMembers().Where(IsWritten).Prepend(type)).SelectMany(symbol => Judge(symbol, compilation, documentation));

    private static bool IsWritten(ISymbol member) =>
        PlaitSources.IsVisibleOutside(member)
        && !member.IsImplicitlyDeclared
        && member is not (INamedTypeSymbol or IMethodSymbol { AssociatedSymbol: not null } or IMethodSymbol { MethodKind: MethodKind.Destructor })
        // A primary constructor is described by the type's own summary and parameters.
        && !(member is IMethodSymbol { MethodKind: MethodKind.Constructor } && member.DeclaringSyntaxReferences is [var reference] && reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax);

    private static IEnumerable<string> Judge(ISymbol symbol, Compilation compilation, IReadOnlyDictionary<string, XElement> documentation)
    {
        string id = symbol.GetDocumentationCommentId()!;
        string where = $"{id} ({SourceFile.At(symbol.DeclaringSyntaxReferences[0].GetSyntax())})";
        if (!documentation.TryGetValue(id, out var member))
        {
            // The documentation file has no entry for a positional record property: its <param> is its description.
            if (!(symbol is IPropertySymbol && Describes(documentation, symbol.ContainingType, symbol.Name)))
            {
                yield return $"{where} has no documentation";
            }

            yield break;
        }

        if (member.Element("inheritdoc") is { } inherit)
        {
            if (inherit.Attribute("cref") is null && !HasBase(symbol))
            {
                yield return $"{where} inherits its documentation from nothing";
            }
        }
        else if (string.IsNullOrWhiteSpace(TextOf(member.Element("summary"))))
        {
            yield return $"{where} has no summary";
        }

        foreach (var exception in member.Elements("exception"))
        {
            string cref = exception.Attribute("cref")?.Value ?? "";
            if (DocumentationCommentId.GetFirstSymbolForDeclarationId(cref, compilation) is not INamedTypeSymbol type || !IsException(type))
            {
                yield return $"{where} documents the exception '{cref}', which is no exception type";
            }
            else if (string.IsNullOrWhiteSpace(TextOf(exception)))
            {
                yield return $"{where} does not say when it throws {type.Name}";
            }
        }
    }

    private static bool Describes(IReadOnlyDictionary<string, XElement> documentation, INamedTypeSymbol type, string parameter) =>
        type.IsRecord
        && documentation.TryGetValue(type.GetDocumentationCommentId()!, out var member)
        && member.Elements("param").Any(param => param.Attribute("name")?.Value == parameter && !string.IsNullOrWhiteSpace(TextOf(param)));

    // An empty element that only refers (see, paramref) counts: it prints as a name.
    private static string? TextOf(XElement? element) => element is null ? null : element.HasElements ? element.Value + "<>" : element.Value;

    private static bool IsException(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.ToDisplayString() == "System.Exception")
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasBase(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol type => type.Interfaces.Length > 0 || type.BaseType is { SpecialType: SpecialType.None },
        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.ContainingType.BaseType is { SpecialType: SpecialType.None },
        _ => symbol.IsOverride || symbol.ContainingType.AllInterfaces.SelectMany(face => face.GetMembers()).Any(member =>
            SymbolEqualityComparer.Default.Equals(symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol)),
    };
}
