#!/usr/bin/env dotnet
#:project ../src/Plait/Plait.csproj

// A task's time is over in two ways: a function with a token is asked, one without is killed. Either way it has stopped then.
using System.Diagnostics;
using Plait.Execution;
using Plait.Processes;

await using var pool = new ProcessExecutor(workers: 1);
var second = TimeSpan.FromSeconds(1);
int before = await pool.Submit(() => Environment.ProcessId);

Future<string> polite = pool.Submit(
    token =>
    {
        token.WaitHandle.WaitOne();
        return "the token came";
    },
    timeout: second);
Console.WriteLine($"With a token: {polite.Exception?.GetType().Name}, same worker after it: {before == await pool.Submit(() => Environment.ProcessId)}");

var watch = Stopwatch.StartNew();
Future endless = pool.Submit(() => { while (true) ; }, timeout: second);
Console.WriteLine($"Without one: {endless.Exception?.GetType().Name}, within two seconds: {watch.Elapsed < 2 * second}");
Console.WriteLine($"Same worker after it: {before == await pool.Submit(() => Environment.ProcessId)}");
