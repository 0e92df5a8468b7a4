#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// A stack overflow ends any .NET process, and nothing can catch it. Here it ends the child alone.
using Plait.Processes;

using var child = ChildProcess.Start(() => Dig(1));
try
{
    Console.WriteLine($"It returned {child.Result}.");
}
catch (ChildFailedException failure)
{
    Console.WriteLine($"Outcome: {failure.Outcome.Kind}, signal {failure.Outcome.Signal}");
    Console.WriteLine($"Why: {failure.Outcome.Explanation}");
}

using var next = ChildProcess.Start(() => 6 * 7);
Console.WriteLine($"The parent goes on, and so does its next child: {next.Result}");

static int Dig(int depth) => Dig(depth + 1) + 1;
