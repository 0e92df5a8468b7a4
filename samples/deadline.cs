#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// When a task's time is over, a function with a token is asked to stop, one without is killed. Either way it has stopped then.
using System.Diagnostics;
using Plait.Execution;
using Plait.Processes;

await using var pool = new ProcessExecutor(workers: 1);
var second = TimeSpan.FromSeconds(1);
int before = await pool.Submit(() => Environment.ProcessId);

Future polite = pool.Submit(token => Task.Delay(Timeout.Infinite, token), timeout: second);
Console.WriteLine($"With a token: {polite.Exception?.GetType().Name}");
Console.WriteLine($"Same worker after it: {before == await pool.Submit(() => Environment.ProcessId)}");

var watch = Stopwatch.StartNew();
Future endless = pool.Submit(() => { while (true) ; }, timeout: second);
Console.WriteLine($"Without one: {endless.Exception?.GetType().Name}, within two seconds: {watch.Elapsed < 2 * second}");
Console.WriteLine($"Same worker after it: {before == await pool.Submit(() => Environment.ProcessId)}");
