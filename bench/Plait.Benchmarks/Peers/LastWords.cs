using System.Collections.Concurrent;

namespace Plait.Benchmarks.Peers;

/// <summary>The last lines that a process has written to its standard error, to be told when it fails.</summary>
internal sealed class LastWords
{
    private const int LinesKept = 5;

    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Reads what the process, whose standard error is redirected, writes from now on.</summary>
    public LastWords(System.Diagnostics.Process process)
    {
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    /// <inheritdoc/>
    public override string ToString() => _lines.IsEmpty ? "none" : string.Join(" | ", _lines);

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        _lines.Enqueue(line);
        while (_lines.Count > LinesKept)
        {
            _lines.TryDequeue(out _);
        }
    }
}
