#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// Foreign programs as children, joined by pipes: the bytes go from one to the next without passing through this process.
using Plait.Processes;

using var numbers = ChildProcess.StartProgram("seq", ["1", "100000"], new() { StandardOutput = ChildOutput.Pipe });
using var sevens = ChildProcess.StartProgram("grep", ["7"], new()
{
    StandardInput = ChildInput.From(numbers),
    StandardOutput = ChildOutput.Pipe,
});
using var count = ChildProcess.StartProgram("wc", ["-l"], new()
{
    StandardInput = ChildInput.From(sevens),
    StandardOutput = ChildOutput.Pipe,
});

using var answer = new StreamReader(count.StandardOutput!);
Console.WriteLine($"Numbers up to 100000 with a 7 in them: {answer.ReadToEnd().Trim()}");

ChildProcess[] pipeline = [numbers, sevens, count];
ChildProcess.WaitAll(pipeline);
foreach (ChildProcess program in pipeline)
{
    Console.WriteLine($"{program.Name}: {program.Outcome!.Kind}, exit code {program.Outcome.ExitCode}");
}
