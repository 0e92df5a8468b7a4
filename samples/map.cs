#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// A function over a sequence without end: only a window of it is read ahead. Items that fail are left out, and known.
using Plait.Execution;
using Plait.Processes;

await using var pool = new ProcessExecutor(workers: 2);

MapResults<int> divisors = pool.Map(Naturals(), CountDivisors, new() { Window = 16, OnError = MapErrorMode.Continue });
int most = 0;
await foreach (MapOutcome<int> number in divisors.Outcomes())
{
    if (number.IsSuccess && number.Value > most)
    {
        most = number.Value;
        Console.WriteLine($"{number.Index} has {most} divisors");
    }

    if (most >= 32)
    {
        break;
    }
}

Console.WriteLine($"Failed: {string.Join(", ", divisors.Errors.Select(e => $"{e.Index} by {e.Exception.GetType().Name}"))}");

static IEnumerable<int> Naturals()
{
    for (int n = 0; ; n++)
    {
        yield return n;
    }
}

static int CountDivisors(int number) =>
    number == 0 ? throw new ArgumentOutOfRangeException(nameof(number)) : Enumerable.Range(1, number).Count(d => number % d == 0);
