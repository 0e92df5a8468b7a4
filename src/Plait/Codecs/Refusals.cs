namespace Plait.Codecs;

/// <summary>Makes the messages of <see cref="CannotTravelException"/>: what, where, why, and what to do.</summary>
internal static class Refusals
{
    public static CannotTravelException Because(PayloadWriter writer, Type type, string reason, string advice) =>
        Make(writer, type, $"{reason}. {advice}.", null);

    public static CannotTravelException Failed(PayloadWriter writer, Type type, string reason, Exception cause) =>
        Make(writer, type, reason, cause);

    public static CannotTravelException TooDeep(PayloadWriter writer, Type type) =>
        Because(
            writer,
            type,
            $"values are nested more than {PayloadWriter.DeepestNesting} deep here (a long linked list, or a cycle)",
            "Pass the items as an array or a list");

    public static CannotTravelException ThreadScope(PayloadWriter writer, object value, string scope) =>
        Because(writer, value.GetType(), $"it belongs to the thread scope '{scope}', whose memory only this process has", "Make it with ProcessScope.Create() in place of ThreadScope.Create()");

    public static CannotTravelException Cycle(PayloadWriter writer, Type type) =>
        Because(writer, type, "it contains itself, and its type cannot be rebuilt as a cycle", "Break the cycle, or hold the link in a field of your own class");

    public static CannotTravelException Function(string function, string reason, string advice) =>
        new($"The function {function} cannot travel to another process: {reason}. {advice}.");

    private static CannotTravelException Make(PayloadWriter writer, Type type, string reason, Exception? cause)
    {
        (string place, string path) = TravelPath.Describe(writer, type);
        return new CannotTravelException($"{place} cannot travel to another process: {reason}", path, type.ToString(), cause);
    }
}
