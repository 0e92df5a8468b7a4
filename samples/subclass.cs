#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// A child can be a class of its own: its fields travel to the process, its result comes back.
using Plait.Processes;

CountPrimes[] parts = [new(0, 250_000), new(250_000, 500_000), new(500_000, 750_000), new(750_000, 1_000_000)];
foreach (CountPrimes part in parts)
{
    part.Start();
}

foreach (CountPrimes part in parts)
{
    Console.WriteLine($"{part.Name}: {await part}");
}

Console.WriteLine($"Primes below a million: {parts.Sum(part => part.Result)}, counted in {parts.Select(part => part.Pid).Distinct().Count()} processes");

internal sealed class CountPrimes(int from, int to) : ChildProcess<int>(new() { Name = $"{from} to {to}" })
{
    protected override int Run() => Enumerable.Range(from, to - from).Count(IsPrime);

    private static bool IsPrime(int number)
    {
        for (int divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }

        return number > 1;
    }
}
