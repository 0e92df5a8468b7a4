using Microsoft.CodeAnalysis;

namespace Plait.Generators.Contracts;

/// <summary>Lists what a contract lets its callers call, and finds what cannot be.</summary>
internal static class ContractReader
{
    public static IReadOnlyList<ContractMethod> Read(INamedTypeSymbol contract, List<Finding> findings)
    {
        var methods = new List<ContractMethod>();
        if (!IsReachable(contract))
        {
            findings.Add(new Finding(ContractRules.Hidden, contract, contract, contract.ToDisplayString()));
            return methods;
        }

        foreach (INamedTypeSymbol type in new[] { contract }.Concat(contract.AllInterfaces))
        {
            // What disposes of a proxy is the base class's.
            if (type.ToDisplayString() is "System.IDisposable" or "System.IAsyncDisposable")
            {
                continue;
            }

            foreach (ISymbol member in type.GetMembers())
            {
                // A member with a body runs in the caller, over those without.
                if (!member.IsAbstract || IsGivenBody(contract, member))
                {
                    continue;
                }

                if (member is IMethodSymbol method && Judge(method, contract, findings))
                {
                    methods.Add(new ContractMethod(method));
                }
                else if (member is IEventSymbol)
                {
                    findings.Add(new Finding(ContractRules.Event, member, contract, member.ToDisplayString()));
                }
            }
        }

        return methods;
    }

    private static bool IsReachable(INamedTypeSymbol contract)
    {
        for (INamedTypeSymbol? type = contract; type is not null; type = type.ContainingType)
        {
            if (type.IsFileLocal
                || type.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal)
                || (type.Arity > 0 && !ReferenceEquals(type, contract)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether an interface nearer to the contract implements the member of a farther one.</summary>
    private static bool IsGivenBody(INamedTypeSymbol contract, ISymbol member) => !SymbolEqualityComparer.Default.Equals(member.ContainingType, contract)
        && new[] { contract }.Concat(contract.AllInterfaces).SelectMany(static type => type.GetMembers()).Any(candidate => !candidate.IsAbstract && candidate switch
        {
            IMethodSymbol method => method.ExplicitInterfaceImplementations.Any(given => SymbolEqualityComparer.Default.Equals(given, member)),
            IPropertySymbol property => property.ExplicitInterfaceImplementations.Any(given => SymbolEqualityComparer.Default.Equals(given, member)),
            IEventSymbol @event => @event.ExplicitInterfaceImplementations.Any(given => SymbolEqualityComparer.Default.Equals(given, member)),
            _ => false,
        });

    private static bool Judge(IMethodSymbol method, INamedTypeSymbol contract, List<Finding> findings)
    {
        string name = (method.AssociatedSymbol ?? method).ToDisplayString();
        ISymbol culprit = method.AssociatedSymbol ?? method;
        if (method.MethodKind is MethodKind.EventAdd or MethodKind.EventRemove or MethodKind.EventRaise)
        {
            // The event itself is found.
            return false;
        }

        int before = findings.Count;
        if (method.IsStatic)
        {
            Add(ContractRules.Static, name);
        }

        if (method.IsGenericMethod)
        {
            Add(ContractRules.GenericMethod, name);
        }

        if (method.IsInitOnly)
        {
            Add(ContractRules.InitOnly, name);
        }

        if (method.RefKind != RefKind.None)
        {
            Add(ContractRules.Unfit, name, "The result", "a reference to a variable");
        }
        else
        {
            JudgeResult(new ContractMethod(method).Result, Add, name);
        }

        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None)
            {
                Add(ContractRules.ByReference, name, parameter.Name);
            }
            else if (WhyUnfit(parameter.Type) is { } why)
            {
                Add(ContractRules.Unfit, name, $"Parameter '{parameter.Name}'", why);
            }
        }

        return findings.Count == before;

        void Add(DiagnosticDescriptor rule, params string[] words)
        {
            var finding = new Finding(rule, culprit, contract, words);
            if (!findings.Contains(finding))
            {
                findings.Add(finding);
            }
        }
    }

    private static void JudgeResult(ITypeSymbol? result, AddFinding add, string name)
    {
        if (result is null)
        {
            return;
        }

        if (WhyUnfit(result) is { } why)
        {
            add(ContractRules.Unfit, name, "The result", why);
        }
        else if (result is INamedTypeSymbol { Name: "IAsyncEnumerable" or "IAsyncEnumerator" or "IEnumerator" or "IQueryable" or "Task" or "ValueTask" } running
            && running.ContainingNamespace.ToDisplayString().StartsWith("System", StringComparison.Ordinal))
        {
            add(ContractRules.Running, name, running.ToDisplayString());
        }
    }

    private static string? WhyUnfit(ITypeSymbol type) => type switch
    {
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => $"a pointer ({type.ToDisplayString()})",
        { IsRefLikeType: true } => $"a ref struct ({type.ToDisplayString()})",
        IArrayTypeSymbol array => WhyUnfit(array.ElementType),
        _ => null,
    };

    private delegate void AddFinding(DiagnosticDescriptor rule, params string[] words);
}
