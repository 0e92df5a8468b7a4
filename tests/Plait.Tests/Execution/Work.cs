using System.Globalization;
using System.Runtime.CompilerServices;

namespace Plait.Tests.Execution;

/// <summary>What the tests of executors run.</summary>
internal static class Work
{
    private static readonly Lock s_notes = new();

    public static int Add(int left, int right) => left + right;

    public static async Task<int> AddAsync(int left, int right)
    {
        await Task.Yield();
        return left + right;
    }

    /// <summary>Appends a line to a file, whole, however many processes do so at once: the only trace that is left wherever the task ran.</summary>
    public static void Note(string path, string line)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(line + "\n");
        lock (s_notes)
        {
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            while (!TryLock(file))
            {
                Thread.Yield();
            }

            file.Seek(0, SeekOrigin.End);
            file.Write(bytes);
            file.Unlock(0, 1);
        }
    }

    private static bool TryLock(FileStream file)
    {
        try
        {
            file.Lock(0, 1);
            return true;
        }
        catch (IOException)
        {
            // Another process is at it.
            return false;
        }
    }

    public static int Fail(string message) => throw new InvalidDataException(message);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int FailDeepDown(int depth) => depth == 0 ? throw new KeyNotFoundException("deep down") : FailDeepDown(depth - 1) + 1;

    /// <summary>Fails until it has been tried often enough, which it counts in a file.</summary>
    public static int FailUntil(string path, int tries)
    {
        Note(path, "tried");
        int count = File.ReadAllLines(path).Length;
        return count >= tries ? count : throw new InvalidDataException($"try {count}");
    }

    /// <summary>Comes to the gate and stays until its token is cancelled; then says so in the file.</summary>
    public static async Task<int> ObeyAsync(string gate, string path, CancellationToken token)
    {
        try
        {
            return await Gate.PassAsync(gate, token);
        }
        catch (OperationCanceledException)
        {
            Note(path, "obeyed");
            throw;
        }
    }

    /// <summary>Comes to the gate and never looks at a token.</summary>
    public static int Defy(string gate)
    {
        using IDisposable visit = Gate.Visit(gate);
        using var never = new ManualResetEventSlim();
        never.Wait();
        return 0;
    }

    public static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    /// <summary>Yields numbers without end, and writes down how many it was asked for.</summary>
    public static async IAsyncEnumerable<int> CountForeverAsync(string path)
    {
        for (int i = 0; ; i++)
        {
            await File.WriteAllTextAsync(path, i.ToString(CultureInfo.InvariantCulture));
            yield return i;
        }
    }

    public static async IAsyncEnumerable<int> CountThenFailAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }

        throw new InvalidDataException("after the values");
    }
}
