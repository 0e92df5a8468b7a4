using Microsoft.CodeAnalysis;

namespace Plait.Generators.Contracts;

/// <summary>What comes of one contract. Compared by value: the compiler then runs nothing after an edit that changes none of it.</summary>
internal sealed class GeneratedContract : IEquatable<GeneratedContract>
{
    private GeneratedContract(string fileName, string? source, IReadOnlyList<Finding> findings)
    {
        FileName = fileName;
        Source = source;
        Findings = findings;
    }

    public string FileName { get; }

    /// <summary>Null when something about the contract is wrong.</summary>
    public string? Source { get; }

    public IReadOnlyList<Finding> Findings { get; }

    public static GeneratedContract Of(INamedTypeSymbol contract)
    {
        var findings = new List<Finding>();
        IReadOnlyList<ContractMethod> methods = ContractReader.Read(contract, findings);
        string name = ContractWriter.ClassName(contract);
        return new GeneratedContract(name + ".g.cs", findings.Count == 0 ? new ContractWriter(contract, methods).Write() : null, findings);
    }

    public bool Equals(GeneratedContract? other) =>
        other is not null && FileName == other.FileName && Source == other.Source && Findings.SequenceEqual(other.Findings);

    public override bool Equals(object? obj) => Equals(obj as GeneratedContract);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Source ?? FileName);
}
