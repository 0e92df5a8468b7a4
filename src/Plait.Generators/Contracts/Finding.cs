using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Plait.Generators.Contracts;

/// <summary>One thing about a contract that cannot be, by value: a place in a file holds no syntax tree alive.</summary>
internal sealed class Finding : IEquatable<Finding>
{
    private readonly DiagnosticDescriptor _rule;
    private readonly string[] _words;
    private readonly string _path;
    private readonly TextSpan _span;
    private readonly LinePositionSpan _lines;

    /// <param name="rule">The rule that is broken.</param>
    /// <param name="culprit">The declaration that is underlined; of one that lies in another assembly, <paramref name="contract"/> is.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="words">What the rule's text names.</param>
    public Finding(DiagnosticDescriptor rule, ISymbol culprit, INamedTypeSymbol contract, params string[] words)
    {
        _rule = rule;
        _words = words;
        Location place = culprit.Locations.FirstOrDefault(static at => at.IsInSource) ?? contract.Locations[0];
        _path = place.SourceTree?.FilePath ?? "";
        _span = place.SourceSpan;
        _lines = place.GetLineSpan().Span;
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(_rule, Location.Create(_path, _span, _lines), _words.Cast<object>().ToArray());

    public bool Equals(Finding? other) =>
        other is not null && _rule.Id == other._rule.Id && _path == other._path && _span == other._span && _words.SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as Finding);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_rule.Id) ^ _span.GetHashCode();
}
