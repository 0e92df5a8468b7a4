namespace Plait.Codecs;

/// <summary>What carries a value whose sender must choose neither types nor functions: the words for refusals.</summary>
internal sealed class Carrier
{
    private readonly string _through;
    private readonly string _reader;
    private readonly string _give;

    private Carrier(string name, string through, string reader, string give) => (Name, _through, _reader, _give) = (name, through, reader, give);

    /// <summary>The result of a function in a child.</summary>
    public static Carrier Answer { get; } = new("an answer", "in answers", "the parent", "return");

    public static Carrier QueueItem { get; } = new("an item of a queue", "through queues", "the process that gets it", "put");

    public static Carrier PipeMessage { get; } = new("a message of a pipe", "through pipes", "the process that receives it", "send");

    public static Carrier SharedValue { get; } = new("a value in shared memory", "through shared memory", "the process that reads it", "store");

    /// <summary>At the beginning of no sentence.</summary>
    public string Name { get; }

    /// <summary>The same where a sentence begins.</summary>
    public string Capitalized => Sentence(Name);

    public CannotTravelException Function(PayloadWriter writer, Type type) => this == Answer
        ? Refusals.Because(writer, type, "an answer must not choose what the parent runs", "Return the data, and let the parent choose the function")
        : Refusals.Because(
            writer,
            type,
            $"functions do not go {_through}: {Name} must not choose what {_reader} runs",
            $"{Sentence(_give)} data, and let the receiver choose the function; or submit the function itself to a ProcessExecutor");

    public CannotTravelException TypeObject(PayloadWriter writer, Type plan, Type type) =>
        Refusals.Because(writer, plan, $"it stands for {type}, and {Name} must not make {_reader} load types", $"{Sentence(_give)} the type's name instead");

    public CannotTravelException NotDeclared(PayloadWriter writer, Type type, Type declared) => Refusals.Because(
        writer,
        type,
        $"it {(this == Answer ? "comes back" : "stands")} where {declared} is declared, and {Name} cannot choose its own type",
        $"Declare {type} itself, or {_give} a simple type or a collection of simple types");

    private static string Sentence(string word) => string.Concat(char.ToUpperInvariant(word[0]).ToString(), word.AsSpan(1));
}
