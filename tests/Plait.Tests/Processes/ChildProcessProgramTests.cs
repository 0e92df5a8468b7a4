using System.Globalization;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Foreign programs as children.</summary>
public sealed class ChildProcessProgramTests : ProcessTest
{
    private static readonly ChildProcessOptions s_piped = new() { StandardOutput = ChildOutput.Pipe };

    [Fact]
    public async Task StartProgram_ThatSucceeds_IsASuccess()
    {
        using var child = ChildProcess.StartProgram("true");

        await child;

        Assert.Equal((ChildOutcomeKind.Exited, (int?)0, true), (child.Outcome!.Kind, child.Outcome.ExitCode, child.Outcome.IsSuccess));
        Assert.Equal("true", child.Name);
    }

    [Fact]
    public async Task StartProgram_ThatFails_FailsWithItsErrorOutput()
    {
        using var child = ChildProcess.StartProgram("sh", ["-c", "echo went wrong >&2; exit 3"], new ChildProcessOptions { StandardError = ChildOutput.Keep });

        ChildFailedException failed = await Assert.ThrowsAsync<ChildFailedException>(async () => await child);

        Assert.Equal((ChildOutcomeKind.Exited, (int?)3), (failed.Outcome.Kind, failed.Outcome.ExitCode));
        Assert.Equal("went wrong\n", failed.Outcome.ErrorTail);
        Assert.Contains("went wrong", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StartProgram_WithArguments_PassesThemUnread()
    {
        string[] arguments = ["%s|", "two words", "$HOME", "*", "", "'quoted'", "\u00fcml\u00e4ut"];
        using var child = ChildProcess.StartProgram("printf", arguments, s_piped);
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal(string.Concat(arguments[1..].Select(static argument => argument + "|")), reader.ReadToEnd());
    }

    [Fact]
    public void StartProgram_ThreeInAPipeline_PassTheirOutputOn()
    {
        using var first = ChildProcess.StartProgram("seq", ["1", "100000"], s_piped);
        using var second = ChildProcess.StartProgram("grep", ["7"], new ChildProcessOptions { StandardInput = ChildInput.From(first), StandardOutput = ChildOutput.Pipe });
        using var third = ChildProcess.StartProgram("wc", ["-l"], new ChildProcessOptions { StandardInput = ChildInput.From(second), StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(third.StandardOutput!);

        Assert.Equal(Enumerable.Range(1, 100000).Count(static i => $"{i}".Contains('7')), int.Parse(reader.ReadToEnd(), CultureInfo.InvariantCulture));
        Assert.True(ChildProcess.WaitAll([first, second, third], cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void StartProgram_WhoseReaderEnds_EndsOfTheBrokenPipe()
    {
        using var first = ChildProcess.StartProgram("yes", options: s_piped);
        using var second = ChildProcess.StartProgram("head", ["-n", "1"], new ChildProcessOptions { StandardInput = ChildInput.From(first), StandardOutput = ChildOutput.Null });
        second.Join();
        first.Join();

        // Dies of the signal as in a shell: .NET ignores SIGPIPE, and a child must not inherit that.
        Assert.Equal((ChildOutcomeKind.Signaled, (int?)13), (first.Outcome!.Kind, first.Outcome.Signal));
    }

    [Fact]
    public void StartProgram_WithPipes_TalksBothWays()
    {
        using var child = ChildProcess.StartProgram("tr", ["a-z", "A-Z"], new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe });
        child.StandardInput!.Write("loud\n"u8);
        child.StandardInput.Dispose();
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("LOUD\n", reader.ReadToEnd());
    }

    [Fact]
    public void StartProgram_WithEnvironmentAndDirectory_HasThem()
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Pipe, WorkingDirectory = "/usr", Environment = { ["TESTS_WORD"] = "hush", ["HOME"] = null } };
        using var child = ChildProcess.StartProgram("sh", ["-c", "echo $TESTS_WORD $PWD ${HOME-none}"], options);
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("hush /usr none\n", reader.ReadToEnd());
    }

    [Fact]
    public void StartProgram_ThatDoesNotExist_IsNotFound()
    {
        ChildStartException byName = Assert.Throws<ChildStartException>(static () => ChildProcess.StartProgram("no-such-program"));
        ChildStartException byPath = Assert.Throws<ChildStartException>(static () => ChildProcess.StartProgram("/no/such/program"));

        Assert.Equal((ChildStartFailure.NotFound, 2), (byName.Failure, byName.ErrorNumber));
        Assert.Contains("'no-such-program'", byName.Message, StringComparison.Ordinal);
        Assert.Contains("ENOENT", byName.Message, StringComparison.Ordinal);
        Assert.Equal(ChildStartFailure.NotFound, byPath.Failure);
        Assert.Contains("/no/such/program", byPath.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StartProgram_ThatMayNotBeRun_IsNotPermitted()
    {
        using var file = new ScriptFile("#!/bin/sh\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        ChildStartException refused = Assert.Throws<ChildStartException>(() => ChildProcess.StartProgram(file.Path));

        Assert.Equal((ChildStartFailure.NotPermitted, 13), (refused.Failure, refused.ErrorNumber));
        Assert.Contains("EACCES", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StartProgram_WhoseInterpreterIsMissing_IsNotFound()
    {
        using var file = new ScriptFile("#!/no/such/interpreter\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Equal(ChildStartFailure.NotFound, Assert.Throws<ChildStartException>(() => ChildProcess.StartProgram(file.Path)).Failure);
    }

    [Fact]
    public void StartProgram_ThatIsNoProgram_IsRefusedWithItsNumber()
    {
        using var file = new ScriptFile("not a program", UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ChildStartException refused = Assert.Throws<ChildStartException>(() => ChildProcess.StartProgram(file.Path));

        Assert.Equal((ChildStartFailure.Other, 8), (refused.Failure, refused.ErrorNumber));
        Assert.Contains("ENOEXEC", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StartProgram_WithoutName_IsRefused()
    {
        Assert.Throws<ArgumentException>(static () => ChildProcess.StartProgram(""));
        Assert.Throws<ArgumentNullException>(static () => ChildProcess.StartProgram(null!));
    }

    private sealed class ScriptFile : IDisposable
    {
        public ScriptFile(string text, UnixFileMode mode)
        {
            File.WriteAllText(Path, text);
            File.SetUnixFileMode(Path, mode);
        }

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"script-{Guid.NewGuid():N}");

        public void Dispose() => File.Delete(Path);
    }
}
