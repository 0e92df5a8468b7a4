using Microsoft.CodeAnalysis;

namespace Plait.Generators.Contracts;

/// <summary>One thing that can be called: a method, or an accessor of a property or an indexer. Its place in the list is its number on the wire.</summary>
internal sealed class ContractMethod
{
    public ContractMethod(IMethodSymbol method)
    {
        Method = method;
        Property = method.AssociatedSymbol as IPropertySymbol;
        (Kind, Result) = ResultOf(method.ReturnType, method.ReturnsVoid);
    }

    public IMethodSymbol Method { get; }

    /// <summary>Set for an accessor.</summary>
    public IPropertySymbol? Property { get; }

    public ReturnKind Kind { get; }

    /// <summary>What the caller gets, a task aside; null for nothing.</summary>
    public ITypeSymbol? Result { get; }

    public bool IsTask => Kind is ReturnKind.Task or ReturnKind.ValueTask;

    /// <summary>For messages: ICounter.Add, or ICounter.Value.</summary>
    public string Title => $"{Method.ContainingType.Name}.{(Property is null ? Method.Name : Property.IsIndexer ? "this[]" : Property.Name)}";

    private static (ReturnKind Kind, ITypeSymbol? Result) ResultOf(ITypeSymbol type, bool isVoid)
    {
        if (isVoid)
        {
            return (ReturnKind.Value, null);
        }

        if (type is INamedTypeSymbol { Name: "Task" or "ValueTask", Arity: 0 or 1 } named && named.ContainingNamespace.ToDisplayString() == "System.Threading.Tasks")
        {
            return (named.Name == "Task" ? ReturnKind.Task : ReturnKind.ValueTask, named.Arity == 0 ? null : named.TypeArguments[0]);
        }

        return (ReturnKind.Value, type);
    }
}

internal enum ReturnKind
{
    Value,
    Task,
    ValueTask,
}
