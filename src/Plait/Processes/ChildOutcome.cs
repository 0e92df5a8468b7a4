using System.Text;
using Plait.Codecs;

namespace Plait.Processes;

/// <summary>How a child ended. Immutable; available once the child has been joined.</summary>
public sealed record ChildOutcome
{
    /// <summary>The way it ended.</summary>
    public required ChildOutcomeKind Kind { get; init; }

    /// <summary>The process id it had.</summary>
    public required int Pid { get; init; }

    /// <summary>The child's name.</summary>
    public required string Name { get; init; }

    /// <summary>The exit code; null when a signal ended the process or the code is not known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended it; null when none did.</summary>
    public int? Signal { get; init; }

    /// <summary>What the function threw, as its own type where it could be rebuilt, else a <see cref="RemoteException"/>; null when it did not throw.</summary>
    public Exception? Exception { get; init; }

    /// <summary>One sentence: what happened, and by what it was recognised.</summary>
    public required string Explanation { get; init; }

    /// <summary>The last lines the child wrote to standard error, at most 8 KiB; empty when its standard error did not pass through us.</summary>
    public string ErrorTail { get; init; } = string.Empty;

    /// <summary>Processor time, user and system, of the child and of what it waited for.</summary>
    public TimeSpan ProcessorTime { get; init; }

    /// <summary>The child's largest resident set, in bytes; 0 when not known. Linux counts the moment before the new program was loaded, so it is never less than what this process had then.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Whether the function returned, or the process exited by itself with code 0.</summary>
    public bool IsSuccess => Kind == ChildOutcomeKind.Returned || (Kind == ChildOutcomeKind.Exited && ExitCode == 0);

    /// <summary>The explanation, followed by the last lines of standard error when there are any.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append('\'').Append(Name).Append("' (pid ").Append(Pid).Append("): ").Append(Explanation);
        if (ErrorTail.Length > 0 && Kind != ChildOutcomeKind.Returned)
        {
            text.Append('\n').Append(ErrorTail.TrimEnd());
        }

        return text.ToString();
    }
}
