#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// A function runs in another process. What it captures travels there, and what it returns comes back.
using Plait.Processes;

int[] numbers = [1, 2, 3, 4];
string greeting = "Hello";

using var child = ChildProcess.Start(() => $"{greeting} from another process: the sum of {numbers.Length} numbers is {numbers.Sum()}");

Console.WriteLine(child.Result);
Console.WriteLine($"It was {child.Outcome}");
