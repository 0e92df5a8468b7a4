using Microsoft.CodeAnalysis;

namespace Plait.Architecture.Tests.Surface;

/// <summary>Writes all that users can name, one member a line with its full signature and nullability, so that a change of it is a change of a reviewed file.</summary>
internal static class PublicSurface
{
    private static readonly SymbolDisplayFormat s_name = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat s_type = s_name
        .WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints | SymbolDisplayGenericsOptions.IncludeVariance);

    private static readonly SymbolDisplayFormat s_member = s_type
        .WithKindOptions(SymbolDisplayKindOptions.IncludeMemberKeyword)
        .WithMemberOptions(
            SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeRef
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeConstantValue)
        .WithParameterOptions(
            SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeModifiers | SymbolDisplayParameterOptions.IncludeExtensionThis);

    public static string Write(Compilation compilation)
    {
        var lines = PlaitSources.PublicTypes(compilation)
            .SelectMany(type => Members(type).Prepend((Key: type.ToDisplayString(s_name), Member: "", Line: Describe(type))))
            .OrderBy(line => line.Key, StringComparer.Ordinal)
            .ThenBy(line => line.Member, StringComparer.Ordinal)
            .ThenBy(line => line.Line, StringComparer.Ordinal)
            .Select(line => line.Line + "\n");
        return string.Concat(lines);
    }

    /// <summary>Lines that are in one text only, marked as a diff marks them.</summary>
    public static IEnumerable<string> Differences(string accepted, string received)
    {
        string[] before = accepted.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] after = received.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return before.Except(after, StringComparer.Ordinal).Select(line => "- " + line)
            .Concat(after.Except(before, StringComparer.Ordinal).Select(line => "+ " + line));
    }

    private static IEnumerable<(string Key, string Member, string Line)> Members(INamedTypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Delegate)
        {
            yield break;
        }

        string owner = type.ToDisplayString(s_name);
        foreach (var member in type.GetMembers().Where(PlaitSources.IsVisibleOutside))
        {
            // Accessors are part of their property's line; what the compiler adds to records and structs follows from the type's own line.
            bool own = member is not INamedTypeSymbol && !member.IsImplicitlyDeclared;
            bool accessor = member is IMethodSymbol { AssociatedSymbol: not null };
            bool defaultConstructor = member is IMethodSymbol { MethodKind: MethodKind.Constructor, IsImplicitlyDeclared: true } && type.TypeKind == TypeKind.Class;
            bool positional = member is IPropertySymbol && type.IsRecord && !member.IsImplicitlyDeclared;
            if ((own || positional || defaultConstructor) && !accessor)
            {
                yield return (owner, member.Name, $"{owner}: {Describe(member)}");
            }
        }
    }

    private static string Describe(ISymbol member)
    {
        string text = member.ToDisplayString(s_member);
        return member is IPropertySymbol property ? $"{text} {{{Accessor(property.GetMethod, property, "get")}{Accessor(property.SetMethod, property, "set")} }}" : text;
    }

    private static string Accessor(IMethodSymbol? accessor, IPropertySymbol property, string word)
    {
        if (accessor is null || !PlaitSources.IsVisibleOutside(accessor))
        {
            return "";
        }

        string narrower = accessor.DeclaredAccessibility == property.DeclaredAccessibility ? "" : "protected ";
        return $" {narrower}{(accessor.IsInitOnly ? "init" : word)};";
    }

    private static string Describe(INamedTypeSymbol type)
    {
        string name = type.ToDisplayString(s_name);
        if (type.DelegateInvokeMethod is { } invoke)
        {
            return $"{name}: public delegate {invoke.ReturnType.ToDisplayString(s_type)} {type.ToDisplayString(s_type)}({string.Join(", ", invoke.Parameters.Select(parameter => parameter.ToDisplayString(s_member)))})";
        }

        string kind = (type.TypeKind, type.IsRecord) switch
        {
            (TypeKind.Class, true) => "record",
            (TypeKind.Struct, true) => "record struct",
            (var other, _) => other.ToString().ToLowerInvariant(),
        };
        string modifiers = type.TypeKind switch
        {
            TypeKind.Class => type.IsStatic ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "",
            TypeKind.Struct => (type.IsReadOnly ? "readonly " : "") + (type.IsRefLikeType ? "ref " : ""),
            _ => "",
        };
        var bases = type.Interfaces.Where(PlaitSources.IsVisibleOutside).Select(face => face.ToDisplayString(s_name)).Order(StringComparer.Ordinal);
        string[] parents = type.TypeKind == TypeKind.Enum
            ? [type.EnumUnderlyingType!.ToDisplayString(s_name)]
            : [.. type.BaseType is { SpecialType: SpecialType.None } parent ? [parent.ToDisplayString(s_name)] : Array.Empty<string>(), .. bases];
        string access = type.DeclaredAccessibility == Accessibility.Public ? "public" : "protected";
        return $"{name}: {access} {modifiers}{kind} {type.ToDisplayString(s_type)}{(parents.Length == 0 ? "" : " : " + string.Join(", ", parents))}";
    }
}
