using System.Diagnostics.CodeAnalysis;
using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>Keeps what is reported to it, on whichever thread that is.</summary>
internal class Reports<T> : IProgress<T>
{
    private readonly List<T> _values = [];

    public T[] Values
    {
        get
        {
            lock (_values)
            {
                return [.. _values];
            }
        }
    }

    /// <summary>As its interface, as which it travels.</summary>
    public IProgress<T> Progress => this;

    public virtual void Report(T value)
    {
        lock (_values)
        {
            _values.Add(value);
        }
    }
}

/// <summary>As <see cref="Reports{T}"/>, and keeps whoever reports waiting until it is opened.</summary>
internal sealed class BlockedReports<T> : Reports<T>, IDisposable
{
    private readonly ManualResetEventSlim _gate = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first report has come.</summary>
    public Task Entered => _entered.Task;

    public override void Report(T value)
    {
        _entered.TrySetResult();
        _gate.Wait(Waits.Hang);
        base.Report(value);
    }

    public void Open() => _gate.Set();

    public void Dispose() => _gate.Dispose();
}

/// <summary>What the tests of progress run.</summary>
internal static class Reporting
{
    public static int Count(IProgress<int> progress, int count)
    {
        for (int i = 0; i < count; i++)
        {
            progress.Report(i);
        }

        return count;
    }

    public static async Task<int> CountAsync(IProgress<int> progress, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            progress.Report(i);
        }

        return count;
    }

    public static int CountToTwo(IProgress<int> numbers, IProgress<string?> words, int count)
    {
        for (int i = 0; i < count; i++)
        {
            numbers.Report(i);
            words.Report(i % 3 == 0 ? null : $"word {i}");
        }

        return count;
    }

    public static int CountThenFail(IProgress<int> progress, int count) => throw new InvalidDataException($"after {Count(progress, count)}");

    public static int TryUntil(IProgress<string> progress, string path, int tries)
    {
        int count = File.Exists(path) ? File.ReadAllLines(path).Length : 0;
        progress.Report($"begins {count + 1}");
        int tried = Work.FailUntil(path, tries);
        progress.Report($"ends {tried}");
        return tried;
    }

    public static int CountThenDie(IProgress<int> progress, int count)
    {
        _ = Count(progress, count);
        Environment.FailFast("after its reports");
        return 0;
    }

    public static int CountThenStay(IProgress<int> progress, int count, string gate)
    {
        _ = Count(progress, count);
        return Work.Defy(gate);
    }

    public static async IAsyncEnumerable<int> CountAndYieldAsync(IProgress<int> progress, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            progress.Report(i);
            yield return i;
        }
    }

    [SuppressMessage("Naming", "CA1720", Justification = "What it reports.")]
    public static string ReportObject(IProgress<object> progress)
    {
        try
        {
            progress.Report(new WorkRequest(static () => 1, []));
            return "reported";
        }
        catch (NotSupportedException refused)
        {
            return refused.Message;
        }
    }
}
