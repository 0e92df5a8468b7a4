using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace Plait.Processes.Managers;

/// <summary>Written by the generator: where the code of a contract of this assembly is. Not for use in programs.</summary>
/// <param name="contract">The interface; an open one, if it is generic.</param>
/// <param name="implementation">Its <see cref="ManagedContract"/>, with the same type parameters.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ManagedContractImplementationAttribute(
    Type contract,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type implementation) : Attribute
{
    /// <summary>The interface.</summary>
    public Type Contract { get; } = contract;

    /// <summary>Its <see cref="ManagedContract"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
    public Type Implementation { get; } = implementation;
}
