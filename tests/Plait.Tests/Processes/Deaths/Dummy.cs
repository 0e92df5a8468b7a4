using Plait.Processes;
using Plait.Tests.Memory;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>One run of Plait.CrashDummy: a parent outside the test process, with its own standard streams.</summary>
internal sealed class Dummy : IDisposable
{
    private readonly ChildProcess _process;
    private readonly StreamReader _output;
    private readonly Task<string> _error;

    private Dummy(Family family, ChildProcess process)
    {
        Family = family;
        _process = process;
        _output = new StreamReader(process.StandardOutput!);
        _error = ReadToEndAsync(process.StandardError!);
    }

    /// <summary>The executable, built into the same configuration as the tests.</summary>
    public static string Program { get; } = Path.Combine(
        Repository.Root, "artifacts", "bin", "Plait.CrashDummy", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Plait.CrashDummy");

    public Family Family { get; }

    public int Pid => _process.Pid;

    public ChildOutcome Outcome
    {
        get
        {
            Assert.True(_process.Join(Limits.Hang), $"{_process} has not ended within {Limits.Hang}.");
            return _process.Outcome!;
        }
    }

    /// <summary>What it and its children wrote to standard error; complete when all of them are gone.</summary>
    public string Error => _error.WaitAsync(Limits.Hang).GetAwaiter().GetResult();

    public static Dummy Start(string[] arguments, params (string Name, string? Value)[] environment) => StartThrough(Program, arguments, environment);

    /// <summary>Starts it by way of another program.</summary>
    public static Dummy StartThrough(string program, string[] arguments, params (string Name, string? Value)[] environment)
    {
        var family = new Family();
        var options = new ChildProcessOptions
        {
            Name = "dummy",
            StandardInput = ChildInput.Pipe,
            StandardOutput = ChildOutput.Pipe,
            StandardError = ChildOutput.Pipe,
        };
        options.Environment[Family.Variable] = family.Mark;
        foreach ((string name, string? value) in environment)
        {
            options.Environment[name] = value;
        }

        return new Dummy(family, ChildProcess.StartProgram(program, arguments, options));
    }

    /// <summary>The next line of standard output, of it or of a child; null when all of them have closed it.</summary>
    public string? ReadLine()
    {
        try
        {
            return _output.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limits.Hang).GetAwaiter().GetResult();
        }
        catch (TimeoutException hang)
        {
            throw new TimeoutException($"No line within {Limits.Hang} from {_process}. Its family: {string.Join("; ", Family.Alive().Select(ProcFiles.CommandLine))}", hang);
        }
    }

    /// <summary>The rest of standard output; returns when every process that holds it is gone.</summary>
    public string[] ReadToEnd()
    {
        var lines = new List<string>();
        while (ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return [.. lines];
    }

    public void WriteLine(string line)
    {
        using var writer = new StreamWriter(_process.StandardInput!, leaveOpen: true);
        writer.WriteLine(line);
    }

    public void Signal(int signal) => Family.Signal(Pid, signal);

    /// <summary>What a terminal does at Ctrl+C: SIGINT to the whole group.</summary>
    public void Interrupt() => _process.Interrupt();

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        Family.Dispose();
    }

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
