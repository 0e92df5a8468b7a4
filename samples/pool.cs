#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// Six tasks on two workers. One throws, one crashes, one never ends: each fails alone, and the rest is done.
using Plait.Execution;
using Plait.Processes;

await using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, Worker = { StandardError = ChildOutput.Keep } });

Future<int>[] squares = [.. Enumerable.Range(1, 6).Select(n => pool.Submit(Square, n, timeout: TimeSpan.FromSeconds(2)))];
foreach ((int index, Future<int> square) in squares.Index())
{
    square.Wait();
    string end = square.Exception switch
    {
        null => $"{square.Result()}",
        WorkerDiedException death => $"its worker died: {death.Outcome.Kind}",
        var error => error.GetType().Name,
    };
    Console.WriteLine($"Square of {index + 1}: {end}");
}

static int Square(int n)
{
    while (n == 4)
    {
    }

    return n switch
    {
        2 => throw new ArgumentException("two is not allowed"),
        3 => Dig(n),
        _ => n * n,
    };
}

static int Dig(int depth) => Dig(depth + 1) + 1;
