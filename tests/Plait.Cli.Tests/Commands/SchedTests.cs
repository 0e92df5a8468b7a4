using System.Text.Json;

namespace Plait.Cli.Tests.Commands;

public sealed class SchedTests
{
    [Fact]
    public async Task Sched_OfEveryKnownWorkload_GivesWhatTextbooksSay()
    {
        using var file = new JsonFile();
        ToolRun run = await ToolRun.OfAsync([], "sched", "--workload", "all", "--json", file.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Output + run.Error);
        JsonElement[] known = [.. file.Rows().Where(static row => row.GetProperty("ok").ValueKind != JsonValueKind.Null)];
        Assert.True(known.Length > 30);
        Assert.All(known, static row => Assert.True(row.GetProperty("ok").GetBoolean()));
        Assert.Contains($"{known.Length} known results: {known.Length} come out", run.Output);
        JsonElement first = known.First(static row => row.GetProperty("workload").GetString() == "sgg-fcfs");
        Assert.Equal((17, 27, 17), (first.GetProperty("waiting").GetDouble(), first.GetProperty("turnaround").GetDouble(), first.GetProperty("response").GetDouble()));
        Assert.Equal(24, first.GetProperty("slices")[0].GetProperty("end").GetInt64());
    }

    [Fact]
    public async Task Sched_OfAllPolicies_ShowsATableAndAChartEach()
    {
        ToolRun run = await ToolRun.OfAsync([], "sched", "--workload", "sgg-srtf", "--policy", "all");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Matches(@"(?m)^srtf +6\.50 +13\.00 +4\.25 .*as known$", run.Output);
        Assert.Matches(@"(?m)^P1 +#-+#+$", run.Output);
        Assert.Equal(13, run.Output.Split("# runs").Length - 1);
    }

    [Fact]
    public async Task Sched_OfOnePolicy_ListsTheJobs()
    {
        ToolRun run = await ToolRun.OfAsync([], "sched", "--workload", "sgg-fcfs", "--policy", "fcfs");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Matches(@"(?m)^P2 +0 +24 +27 +3 +24 +27 +24 +9\.00 +0$", run.Output);
    }

    [Fact]
    public async Task Sched_OfAFileWithAWrongExpectation_ReturnsOneAndSaysWhatDiffers()
    {
        using var file = new TextFile(".json", """{ "jobs": [ { "cpu": 3 }, { "cpu": 5 } ], "expect": [ { "policy": "fifo", "waiting": 2 } ] }""");

        ToolRun run = await ToolRun.OfAsync([], "sched", file.Path);

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("fifo: mean waiting: 1.5, expected 2", run.Output);
    }

    [Fact]
    public async Task Sched_OfATable_RunsItsJobs()
    {
        using var file = new TextFile(".csv", "# jobs of a web server\nname,arrival,bursts,priority\nreport,0,80,3\npage,5,2 io10@disk 1,1\n");
        using var json = new JsonFile();

        ToolRun run = await ToolRun.OfAsync([], "sched", file.Path, "--policy", "srtf", "--cpus", "2", "--json", json.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        JsonElement page = Assert.Single(json.Rows()).GetProperty("jobs")[1];
        Assert.Equal(("page", 13), (page.GetProperty("name").GetString(), page.GetProperty("turnaround").GetInt32()));
    }

    [Theory]
    [InlineData(".svg", "<svg ")]
    [InlineData(".html", "<!DOCTYPE html>")]
    public async Task Sched_WithAPicture_DrawsEveryRun(string kind, string start)
    {
        using var jobs = new TextFile(".json", """{ "jobs": [ { "name": "<a & b>", "bursts": [3, {"io": 4, "device": "disk"}, 2] } ] }""");
        using var picture = new TextFile(kind, "");

        ToolRun run = await ToolRun.OfAsync([], "sched", jobs.Path, "--policy", "fifo,rr", "--out", picture.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        string drawn = await File.ReadAllTextAsync(picture.Path, TestContext.Current.CancellationToken);
        Assert.StartsWith(start, drawn);
        Assert.Contains("&lt;a &amp; b&gt; runs on processor 0, 0 to 3", drawn);
        Assert.Contains("waits for a device, 3 to 7", drawn);
        Assert.Equal(4, drawn.Split("runs on processor").Length - 1);
        string svg = drawn[drawn.IndexOf("<svg", StringComparison.Ordinal)..(drawn.LastIndexOf("</svg>", StringComparison.Ordinal) + 6)];
        Assert.NotNull(System.Xml.Linq.XElement.Parse(svg));
    }

    [Theory]
    [InlineData(".json", "{\n \"jobs\": [\n  { \"cpu\": 3 },\n  { \"cpu\": -3 }\n ]\n}", ":4: 'cpu' of a job is a whole number from 0 to 1000000000000, not -3")]
    [InlineData(".json", "{\n \"jobs\": [\n  { \"cpu\": 3, \"prority\": 1 }\n ]\n}", ":3: a job has no 'prority'. Did you mean 'priority'?")]
    [InlineData(".json", "{\n \"jobs\": [\n  { \"cpu\": 3 \"io\": 1 }\n ]\n}", ":3: this is no JSON: '\"' is invalid after a value")]
    [InlineData(".json", "{ \"jobs\": [] }", ":1: 'jobs' is empty")]
    [InlineData(".json", "{ \"quantum\": 3 }", ":1: the workload has no 'jobs'")]
    [InlineData(".json", "[]", ":1: the workload is an object in braces")]
    [InlineData(".json", "{ \"jobs\": [\n { \"cpu\": 3, \"bursts\": [1] } ] }", ":2: a job has either 'bursts', or 'cpu'")]
    [InlineData(".json", "{ \"jobs\": [\n { \"bursts\": [1,\n {\"oi\": 2}] } ] }", ":3: a burst in braces has an 'io'")]
    [InlineData(".json", "{ \"jobs\": [\n { \"cpu\": 3, \"period\": 9 } ] }", ":2: a job with a 'period' comes for ever")]
    [InlineData(".json", "{ \"cpus\": 2, \"jobs\": [\n { \"cpu\": 3,\n \"affinity\": [2] } ] }", ":3: each of 'affinity' of a job is a whole number from 0 to 1, not 2")]
    [InlineData(".json", "{ \"jobs\": [ { \"cpu\": 1 } ],\n \"expect\": [ { \"policy\": \"fofo\" } ] }", ":2: unknown policy 'fofo'. Did you mean 'fifo'?")]
    [InlineData(".csv", "name,bursts\na,5\nb,5 ix\n", ":3: 'ix' under 'bursts' is no whole number")]
    [InlineData(".csv", "name,brusts\na,5\n", ":1: unknown column 'brusts'. Did you mean 'bursts'?")]
    [InlineData(".csv", "name,bursts\na,5,6\n", ":2: 3 values stand under 2 headings")]
    [InlineData(".csv", "name,bursts\n", ": there is no job")]
    public async Task Sched_OfABadFile_ReturnsTwoAndNamesTheLine(string kind, string text, string message)
    {
        using var file = new TextFile(kind, text);

        ToolRun run = await ToolRun.OfAsync([], "sched", file.Path);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains(file.Path, run.Error);
        Assert.Contains(message, run.Error);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("sched runs a FILE or a known workload", "sched")]
    [InlineData("cannot be read", "sched", "/no/such/file.json")]
    [InlineData("unknown workload 'sgg-fcf'. Did you mean 'sgg-fcfs'?", "sched", "--workload", "sgg-fcf")]
    [InlineData("unknown policy 'edff'. Did you mean 'edf'?", "sched", "--workload", "sgg-fcfs", "--policy", "edff")]
    [InlineData("--quantum 0", "sched", "--workload", "sgg-fcfs", "--quantum", "0")]
    [InlineData("--cpus 65", "sched", "--workload", "sgg-fcfs", "--cpus", "65")]
    [InlineData("ends in .svg", "sched", "--workload", "sgg-fcfs", "--out", "chart.png")]
    [InlineData("cannot be written", "sched", "--workload", "sgg-fcfs", "--out", "/no/such/folder/chart.svg")]
    [InlineData("not both", "sched", "jobs.json", "--workload", "sgg-fcfs")]
    [InlineData("unknown option '--polcy'. Did you mean '--policy'?", "sched", "--polcy")]
    public async Task Sched_OfAWrongCommandLine_ReturnsTwoAndNamesTheValue(string message, params string[] args)
    {
        ToolRun run = await ToolRun.OfAsync([], args);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task Sched_OfASeed_IsTheSameAgain()
    {
        string[] args = ["sched", "--workload", "random", "--policy", "lottery", "--seed"];

        ToolRun first = await ToolRun.OfAsync([], [.. args, "7"]);
        ToolRun again = await ToolRun.OfAsync([], [.. args, "7"]);
        ToolRun other = await ToolRun.OfAsync([], [.. args, "8"]);

        Assert.Equal(first.Output, again.Output);
        Assert.NotEqual(first.Output, other.Output);
    }

    [Fact]
    public async Task Samples_OfWorkloads_RunAsFiles()
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples", "workloads")))
        {
            ToolRun run = await ToolRun.OfAsync([], "sched", path);

            Assert.True(run.ExitCode == ExitCode.Ok, path + run.Output + run.Error);
        }
    }

    [Fact]
    public async Task Docs_WithAWorkload_SayWhatComesOut()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "scheduling.md"), TestContext.Current.CancellationToken);
        string json = page.Split("```json\n")[1].Split("```")[0];
        using var file = new TextFile(".json", json);

        ToolRun run = await ToolRun.OfAsync([], "sched", file.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Output + run.Error);
        Assert.Contains("1 known results: 1 come out, 0 do not", run.Output);
    }

    private sealed class TextFile : IDisposable
    {
        public TextFile(string kind, string text)
        {
            Path = System.IO.Path.ChangeExtension(System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName()), kind);
            File.WriteAllText(Path, text);
        }

        public string Path { get; }

        public void Dispose() => File.Delete(Path);
    }
}
