using Microsoft.CodeAnalysis;

namespace Plait.Generators.Contracts;

/// <summary>What a contract may not have. The ids are part of the public surface (docs/manager.md).</summary>
internal static class ContractRules
{
    public static readonly DiagnosticDescriptor Event = Rule(
        "PLAIT001", "A managed contract has no events",
        "'{0}' is an event: the server cannot call into the processes that listen. Let callers ask, or hand them a queue or an event of a process scope");

    public static readonly DiagnosticDescriptor ByReference = Rule(
        "PLAIT002", "Arguments of a managed contract travel by value",
        "Parameter '{1}' of '{0}' is passed by reference, and the variable is in another process. Take the value, and return the new one (a tuple, if there are several)");

    public static readonly DiagnosticDescriptor GenericMethod = Rule(
        "PLAIT003", "A managed contract has no generic methods",
        "'{0}' is generic: which type it is called with would have to be chosen by bytes. Make the interface generic, or give the method a body that calls other members");

    public static readonly DiagnosticDescriptor Unfit = Rule(
        "PLAIT004", "Only values travel",
        "{1} of '{0}' is {2}, which only means something in one process. Use the data itself, for example an array");

    public static readonly DiagnosticDescriptor Static = Rule(
        "PLAIT005", "A managed contract is implemented by objects",
        "'{0}' is static and has no body: a proxy stands for an object, not for a type. Make it an instance member, or give it a body");

    public static readonly DiagnosticDescriptor Hidden = Rule(
        "PLAIT006", "A managed contract can be named by generated code",
        "'{0}' cannot be seen by the rest of its assembly, or lies in a generic type, so no proxy can be generated. Declare it internal or public, outside of generic types");

    public static readonly DiagnosticDescriptor Running = Rule(
        "PLAIT007", "Results of a managed contract are complete",
        "The result of '{0}' is {1}, which goes on while it is used, in the server. Return an array or a list, or give the member a body that calls one that does");

    public static readonly DiagnosticDescriptor InitOnly = Rule(
        "PLAIT008", "A managed contract has no init accessors",
        "'{0}' can only be set while its object is made, which happens in the server. Give it a set accessor, or let the factory set it");

    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "Plait", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
