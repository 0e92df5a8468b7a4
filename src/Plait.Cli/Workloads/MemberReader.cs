namespace Plait.Cli.Workloads;

/// <summary>The members of one object of a workload. Each is asked for by its type; at the end none may be left that nobody asked for.</summary>
internal sealed class MemberReader
{
    private readonly string _what;
    private readonly Dictionary<string, LocatedValue> _members;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public MemberReader(LocatedValue value, string what)
    {
        _what = what;
        Line = value.Line;
        _members = value.Value as Dictionary<string, LocatedValue> ?? throw new WorkloadException(value.Line, $"{what} is an object in braces");
    }

    public int Line { get; }

    public int LineOf(string name) => _members.TryGetValue(name, out LocatedValue? value) ? value.Line : Line;

    public bool Has(string name) => _members.ContainsKey(name);

    public string? Text(string name) => Find(name) is not { } found ? null
        : found.Value as string ?? throw new WorkloadException(found.Line, $"'{name}' of {_what} is a text in quotes");

    public bool Flag(string name) => Find(name) is { } found
        && (found.Value is bool flag ? flag : throw new WorkloadException(found.Line, $"'{name}' of {_what} is true or false"));

    public double? Number(string name) => Find(name) is not { } found ? null
        : found.Value switch
        {
            long whole => whole,
            double number => number,
            _ => throw new WorkloadException(found.Line, $"'{name}' of {_what} is a number"),
        };

    public long? Whole(string name, long min, long max = WorkloadFile.LongestTime) => Find(name) is { } found ? Whole(found, $"'{name}' of {_what}", min, max) : null;

    public IReadOnlyList<LocatedValue>? List(string name) => Find(name) is not { } found ? null
        : found.Value as List<LocatedValue> ?? throw new WorkloadException(found.Line, $"'{name}' of {_what} is a list in brackets");

    public IReadOnlyList<long>? Wholes(string name, long min, long max = WorkloadFile.LongestTime) =>
        List(name)?.Select(item => Whole(item, $"each of '{name}' of {_what}", min, max)).ToList();

    /// <summary>Refuses what nobody asked for: most likely it is a slip, and would be silently without effect.</summary>
    public void Finish()
    {
        if (_members.Keys.FirstOrDefault(name => !_asked.Contains(name)) is { } unknown)
        {
            string nearest = NearestName.Find(unknown, _asked) is { } name ? $" Did you mean '{name}'?" : "";
            throw new WorkloadException(_members[unknown].Line, $"{_what} has no '{unknown}'.{nearest} It has: {string.Join(", ", _asked)}");
        }
    }

    public static long Whole(LocatedValue found, string what, long min, long max = WorkloadFile.LongestTime) => found.Value is long whole && whole >= min && whole <= max
        ? whole
        : throw new WorkloadException(found.Line, $"{what} is a whole number from {min} to {max}, not {found.Value ?? "null"}");

    private LocatedValue? Find(string name)
    {
        _asked.Add(name);
        return _members.GetValueOrDefault(name);
    }
}
