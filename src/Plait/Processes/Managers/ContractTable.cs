using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Processes.Managers;

/// <summary>Finds the generated code of a contract, and the contracts of an object. The interface's own assembly says where; nothing is found by a name.</summary>
internal static class ContractTable
{
    // What may be unloaded must not be kept from it.
    private static readonly ConditionalWeakTable<Type, Slot> s_contracts = [];
    private static readonly ConcurrentDictionary<Type, bool> s_served = new();

    /// <summary>The contract of an interface; null when it is none.</summary>
    public static ManagedContract? Find(Type type) => type.IsInterface ? s_contracts.GetValue(type, static type => new Slot(Make(type))).Contract : null;

    /// <summary>The contract of an interface that a caller names.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static ManagedContract Get(Type type) => Find(type) ?? throw new ArgumentException(
        type.IsInterface && type.IsDefined(typeof(ManagedContractAttribute), inherit: false)
            ? $"{type} has [ManagedContract], but no proxy was generated for it: its assembly was compiled without Plait's generator. Reference the Plait package from the project that declares it (a project reference to Plait does not bring the generator)."
            : $"{type} is no managed contract. Ask for an interface that is declared with [ManagedContract].");

    /// <summary>Whether an object of this type can be called through a proxy.</summary>
    public static bool IsServed(Type type) => s_served.TryGetValue(type, out bool served)
        ? served
        : type.IsCollectible ? HasContract(type) : s_served.GetOrAdd(type, HasContract);

    private static bool HasContract(Type type) => Array.Exists(type.GetInterfaces(), static contract => Find(contract) is not null);

    private static ManagedContract? Make(Type type)
    {
        Type definition = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
        if (!definition.IsDefined(typeof(ManagedContractAttribute), inherit: false))
        {
            return null;
        }

        foreach (ManagedContractImplementationAttribute found in definition.Assembly.GetCustomAttributes<ManagedContractImplementationAttribute>())
        {
            if (found.Contract == definition)
            {
                Type implementation = type.IsConstructedGenericType ? found.Implementation.MakeGenericType(type.GenericTypeArguments) : found.Implementation;
                return (ManagedContract?)Activator.CreateInstance(implementation);
            }
        }

        return null;
    }

    private sealed class Slot(ManagedContract? contract)
    {
        public ManagedContract? Contract => contract;
    }
}
