#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// A token passed to a child stays linked: cancelled here, it is cancelled there, and the function decides what to do.
using Plait.Processes;

using var source = new CancellationTokenSource();
using var child = ChildProcess.Start(Search, source.Token);

source.CancelAfter(TimeSpan.FromSeconds(1));
long tried = await child;
Console.WriteLine($"Asked to stop, the child told what it had: {(tried > 0 ? "some" : "no")} numbers tried");
Console.WriteLine($"Outcome: {child.Outcome!.Kind}");

// Looks for a perfect number that is odd. None is known.
static long Search(CancellationToken token)
{
    long candidate = 1;
    while (!token.IsCancellationRequested)
    {
        candidate += 2;
        long sum = 1;
        for (long divisor = 3; divisor * divisor <= candidate; divisor += 2)
        {
            sum += candidate % divisor == 0 ? divisor + candidate / divisor : 0;
        }

        if (sum == candidate)
        {
            return candidate;
        }
    }

    return candidate / 2;
}
