using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Plait.Generators.Contracts;

/// <summary>
/// For each interface with [ManagedContract]: the proxy that callers hold, and the dispatch that the server runs. What cannot be called from another
/// process is an error at its declaration, and then nothing is generated for that interface.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    private const string AttributeName = "Plait.Processes.ManagedContractAttribute";

    /// <summary>Called once by the compiler.</summary>
    /// <param name="context">Where the steps are registered.</param>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var contracts = context.SyntaxProvider.ForAttributeWithMetadataName(
            AttributeName,
            static (node, _) => node is InterfaceDeclarationSyntax,
            static (found, _) => GeneratedContract.Of((INamedTypeSymbol)found.TargetSymbol));
        context.RegisterSourceOutput(contracts, static (output, contract) =>
        {
            foreach (Finding finding in contract.Findings)
            {
                output.ReportDiagnostic(finding.ToDiagnostic());
            }

            if (contract.Source is { } source)
            {
                output.AddSource(contract.FileName, source);
            }
        });
    }
}
