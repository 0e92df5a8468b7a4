using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>Chooses the plan for types that are not the framework's.</summary>
internal static class UserPlans
{
    public static TypePlan Create(Type type)
    {
        if (FunctionName.IsClosure(type) || type.Name.StartsWith("<>c", StringComparison.Ordinal))
        {
            return new ObjectPlan(type, pluggable: false);
        }

        if (IsStateMachine(type))
        {
            return IteratorPlan.Create(type);
        }

        if (type.Assembly == typeof(UserPlans).Assembly && Unfit.Because(type, type) is { } ours)
        {
            return ours;
        }

        if (type.IsCOMObject || type.IsDefined(typeof(InlineArrayAttribute), inherit: false))
        {
            return new RefusedPlan(type, "its fields do not say what it holds", "Pass its contents as an array");
        }

        if (JsonContract.IsDeclaredOn(type))
        {
            return new JsonPlan(type);
        }

        foreach (Type contract in type.GetInterfaces())
        {
            if (contract.IsConstructedGenericType && contract.GetGenericTypeDefinition() == typeof(IProgress<>))
            {
                // As data it would arrive, and report to nobody.
                return new RefusedPlan(type, "it implements IProgress<T>, and what is reported to a copy would stay there", $"Declare it as {contract} where it is passed or captured: an executor passes on what is reported to it");
            }
        }

        for (Type? level = type.BaseType; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            if (FrameworkTypes.Owns(level) && HasFields(level))
            {
                return Unfit.Because(level, type)
                    ?? new RefusedPlan(
                        type,
                        $"it derives from {level}, whose private state is not Plait's to copy",
                        "Hold the framework object in a field instead of deriving from it, give the class a [JsonConverter], or plug in an ICodec");
            }
        }

        return new ObjectPlan(type, pluggable: true);
    }

    public static TypePlan CreateAbstract(Type type) => JsonContract.IsDeclaredOn(type) ? new JsonPlan(type) : new AbstractPlan(type);

    private static bool HasFields(Type level) =>
        level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0;

    // <Numbers>d__3: the running state of an iterator or an async method.
    private static bool IsStateMachine(Type type) =>
        type.Name.StartsWith('<') && type.Name.Contains(">d", StringComparison.Ordinal) && type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
}

/// <summary>Queries and iterators: behind a collection interface they are enumerated; as themselves they cannot travel.</summary>
internal sealed class IteratorPlan(Type type) : TypePlan(type)
{
    public static TypePlan Create(Type type) => typeof(System.Collections.IEnumerable).IsAssignableFrom(type)
        ? new IteratorPlan(type)
        : new RefusedPlan(type, "it is a method in the middle of running", "Let it finish and pass its result");

    public override void Write(PayloadWriter writer, object value, ValueCodec codec) =>
        throw Refusals.Because(writer, Type, "it is a query that has not run yet", "Pass its result: call ToList() or ToArray()");

    public override object Read(ref PayloadReader reader, ValueCodec codec) => throw new InvalidDataException($"The message promises a {Type}, which cannot be sent.");
}
