#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// No token, no abort: nothing stops an endless loop in a thread. A process can be killed, with every program it started.
using System.Diagnostics;
using Plait.Processes;

using var child = ChildProcess.Start(
    () =>
    {
        using Process program = Process.Start("sleep", "600");
        Console.WriteLine(program.Id);
        while (true)
        {
        }
    },
    new() { Name = "endless", StandardOutput = ChildOutput.Pipe });

using var lines = new StreamReader(child.StandardOutput!);
int sleep = int.Parse(lines.ReadLine()!);
Console.WriteLine($"Ended by itself within two seconds: {child.Join(TimeSpan.FromSeconds(2))}");

child.Kill();
child.Join();
Console.WriteLine($"Outcome: {child.Outcome!.Kind}, signal {child.Outcome.Signal}, {child.Outcome.ProcessorTime.TotalSeconds:0} s of processor time");
Console.WriteLine($"The program it had started runs: {IsRunning(sleep)}");

// A dead program whose new parent has not yet asked for its exit code is still listed, in state Z.
static bool IsRunning(int pid)
{
    string status = $"/proc/{pid}/status";
    return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ");
}
