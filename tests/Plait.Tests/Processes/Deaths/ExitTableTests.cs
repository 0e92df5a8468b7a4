using System.Globalization;
using Plait.Interop;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>Every row of docs/exit-table.md, for a daemon child and for another one.</summary>
public sealed class ExitTableTests
{
    private const int Go = 10;
    private const int TerminalStop = 20;
    private const string Handled = " handled";

    public static TheoryData<string> Endings => [.. ExitTable.Rows.Where(static row => row.Parent != "goes on").Select(static row => row.Way)];

    public static TheoryData<string> Pauses => [.. ExitTable.Rows.Where(static row => row.Parent == "goes on").Select(static row => row.Way)];

    [Theory]
    [MemberData(nameof(Endings))]
    public void Parent_EndsWithADaemon_DoesAsTheTableSays(string way)
    {
        ExitTable.Row row = ExitTable.Of(way);
        using Dummy parent = Dummy.Start(["exit", way, "daemon"]);
        int daemon = ReadUp(parent, "daemon");

        End(parent, way);

        string[] lines = parent.ReadToEnd();
        Assert.Equal(row.Parent, Describe(parent.Outcome));
        string observed = lines.Contains("daemon ends") ? "asked to end, before the others are joined" : "killed";
        Assert.Equal(row.Daemon, observed);
        AssertGone(parent, daemon);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void Parent_EndsWithAnotherChild_DoesAsTheTableSays(string way)
    {
        ExitTable.Row row = ExitTable.Of(way);
        using Dummy parent = Dummy.Start(["exit", way, "plain"]);
        int plain = ReadUp(parent, "plain");

        End(parent, way);
        if (row.Plain == "joined")
        {
            // Its main code is over, and it waits for the child, which waits for us.
            Assert.Equal("main ends", parent.ReadLine());
            Assert.True(ProcFiles.IsAlive(plain) && ProcFiles.IsAlive(parent.Pid));
            parent.WriteLine("our word");
            Assert.Equal("plain ends after our word", parent.ReadLine());
        }

        string[] lines = parent.ReadToEnd();
        Assert.Equal(row.Parent, Describe(parent.Outcome));
        Assert.DoesNotContain(lines, static line => line.StartsWith("plain ends", StringComparison.Ordinal));
        AssertGone(parent, plain);
    }

    [Fact]
    public void Return_WithBothKinds_EndsDaemonsBeforeItJoinsOthers()
    {
        using Dummy parent = Dummy.Start(["exit", "return from Main", "both"]);
        string[] up = [parent.ReadLine()!, parent.ReadLine()!];
        Assert.Equal(["daemon up", "plain up"], up.Select(static line => line[..line.LastIndexOf(' ')]).Order());

        parent.Signal(Go);

        Assert.Equal("main ends", parent.ReadLine());

        // The other child ends only after our word, which comes after the daemon's end.
        Assert.Equal("daemon ends", parent.ReadLine());
        parent.WriteLine("our word");
        Assert.Equal(["plain ends after our word"], parent.ReadToEnd());
        Assert.Equal("its exit code", Describe(parent.Outcome));
    }

    [Fact]
    public void Return_WithADaemonThatGoesOn_KillsItAfterItsGrace()
    {
        using Dummy parent = Dummy.Start(["exit", "return from Main", "stubborn"]);
        int daemon = ReadUp(parent, "stubborn");

        parent.Signal(Go);

        Assert.Equal(["main ends", "stubborn goes on"], parent.ReadToEnd());
        Assert.Equal("its exit code", Describe(parent.Outcome));
        AssertGone(parent, daemon);
    }

    [Theory]
    [MemberData(nameof(Pauses))]
    public void Parent_PausedWithADaemon_DoesAsTheTableSays(string way) => Pause(way, "daemon", ExitTable.Of(way).Daemon);

    [Theory]
    [MemberData(nameof(Pauses))]
    public void Parent_PausedWithAnotherChild_DoesAsTheTableSays(string way) => Pause(way, "plain", ExitTable.Of(way).Plain);

    private static void Pause(string way, string kind, string expected)
    {
        using Dummy parent = Dummy.Start(["exit", way, kind]);
        int child = ReadUp(parent, kind);

        parent.Signal(way.StartsWith("SIGTSTP", StringComparison.Ordinal) ? TerminalStop : Signals.Stop);
        Limits.Until(() => ProcFiles.State(parent.Pid) == 'T', "the parent stopped");

        if (expected == "runs on")
        {
            // It hears us and ends, while its parent cannot do anything.
            EndChild(parent, kind, child);
            Assert.Equal(LastLine(kind), parent.ReadLine());
            Assert.Equal('T', ProcFiles.State(parent.Pid));
            parent.Signal(Signals.Continue);
        }
        else
        {
            Limits.Until(() => ProcFiles.State(child) == 'T', "the child stopped with its parent");
            parent.Signal(Signals.Continue);
            Limits.Until(() => ProcFiles.State(child) != 'T', "the child continued with its parent");
            EndChild(parent, kind, child);
            Assert.Equal(LastLine(kind), parent.ReadLine());
        }

        parent.Signal(Go);
        Assert.Equal(["main ends"], parent.ReadToEnd());
        Assert.Equal("its exit code", Describe(parent.Outcome));
    }

    private static void EndChild(Dummy parent, string kind, int child)
    {
        if (kind == "plain")
        {
            parent.WriteLine("the pause");
        }
        else
        {
            Family.Signal(child, Signals.Terminate);
        }
    }

    private static string LastLine(string kind) => kind == "plain" ? "plain ends after the pause" : "daemon ends";

    private static int ReadUp(Dummy parent, string kind)
    {
        string line = parent.ReadLine() ?? throw new EndOfStreamException($"The parent ended before its child was up: {parent.Outcome}\n{parent.Error}");
        Assert.StartsWith($"{kind} up ", line);
        return int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    private static void End(Dummy parent, string way) => parent.Signal(way.Replace(Handled, string.Empty) switch
    {
        "SIGTERM" => Signals.Terminate,
        "SIGINT" => Signals.Interrupt,
        "SIGKILL" => Signals.Kill,
        _ => Go,
    });

    private static string Describe(ChildOutcome outcome) => outcome switch
    {
        { Signal: { } signal } => Signals.Name(signal),
        { ExitCode: 7 } => "its exit code",
        _ => outcome.Explanation,
    };

    private static void AssertGone(Dummy parent, params int[] children)
    {
        (TimeSpan _, string left) = parent.Family.WaitUntilGone(Limits.OneSecond(), children);
        Assert.Equal(string.Empty, left);
    }
}
