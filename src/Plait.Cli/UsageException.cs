namespace Plait.Cli;

/// <summary>A wrong command line. The message names the value and what would be right; the tool prints it and exits with 2.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message) : base(message)
    {
    }

    public UsageException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>The message for a name that is not one of <paramref name="known"/>: the nearest match first, then all of them.</summary>
    public static UsageException Unknown(string what, string value, IReadOnlyCollection<string> known)
    {
        string nearest = NearestName.Find(value, known) is { } name ? $" Did you mean '{name}'?" : "";
        string list = known.Count == 0 ? $"There are no {what}s in this build." : $"Known {what}s: {string.Join(", ", known)}.";
        return new UsageException($"unknown {what} '{value}'.{nearest} {list}");
    }
}
