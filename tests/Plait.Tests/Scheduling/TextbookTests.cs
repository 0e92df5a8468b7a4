using Plait.Scheduling;
using Plait.Scheduling.Simulation;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>
/// The answers of the textbooks: Silberschatz, Galvin and Gagne, Operating System Concepts (SGG), and Arpaci-Dusseau, Operating Systems: Three Easy Pieces, with its
/// simulator scheduler.py (OSTEP). Multilevel feedback has its own in <see cref="MultilevelFeedbackTextbookTests"/>.
/// </summary>
public sealed class TextbookTests
{
    [Theory]
    [InlineData("fifo", "24,3,3", 17, 27, 17, "0,24,27")]
    [InlineData("fifo", "3,3,24", 3, 13, 3, "0,3,6")]
    [InlineData("sjf", "6,8,7,3", 7, 13, 7, "3,16,9,0")]
    [InlineData("fifo", "6,8,7,3", 10.25, 16.25, 10.25, "0,6,14,21")]
    [InlineData("rr4", "24,3,3", 17 / 3.0, 47 / 3.0, 11 / 3.0, "6,4,7")]
    [InlineData("fifo", "10,29,3,7,12", 28, 40.2, 28, "0,10,39,42,49")]
    [InlineData("sjf", "10,29,3,7,12", 13, 25.2, 13, "10,32,0,3,20")]
    [InlineData("rr10", "10,29,3,7,12", 23, 35.2, 16.6, "0,32,20,23,40")]
    public void Run_OfBurstsOfSgg_GivesItsAnswers(string policy, string bursts, double waiting, double turnaround, double response, string waits)
    {
        SimulationTrace trace = Simulator.Run(Bursts(bursts), Policy(policy));

        Assert.Equal((waiting, turnaround, response), (trace.MeanWaiting, trace.MeanTurnaround, trace.MeanResponse));
        Assert.Equal(waits, string.Join(',', trace.Jobs.Select(static job => job.Waiting)));
    }

    [Theory]
    [InlineData("srtf", 6.5, 13, 4.25, "9,0,15,2")]
    [InlineData("sjf", 7.75, 14.25, 7.75, "0,7,15,9")]
    [InlineData("fifo", 8.75, 15.25, 8.75, "0,7,10,18")]
    public void Run_OfArrivalsOfSgg_GivesItsAnswers(string policy, double waiting, double turnaround, double response, string waits)
    {
        SimulationTrace trace = Simulator.Run(Arrivals("0:8 1:4 2:9 3:5"), Policy(policy));

        Assert.Equal((waiting, turnaround, response), (trace.MeanWaiting, trace.MeanTurnaround, trace.MeanResponse));
        Assert.Equal(waits, string.Join(',', trace.Jobs.Select(static job => job.Waiting)));
    }

    [Fact]
    public void Run_OfPrioritiesOfSgg_GivesItsAnswers()
    {
        (long Burst, int Priority)[] given = [(10, 3), (1, 1), (2, 4), (1, 5), (5, 2)];

        SimulationTrace trace = Simulator.Run([.. given.Select(static (job, i) => new Job($"P{i + 1}", Burst.Cpu(job.Burst)) { Priority = job.Priority })], new PriorityPolicy());

        Assert.Equal((8.2, 12, 8.2), (trace.MeanWaiting, trace.MeanTurnaround, trace.MeanResponse));
        Assert.Equal([6L, 0, 16, 18, 1], trace.Jobs.Select(static job => job.Waiting));
    }

    [Fact]
    public void Predict_AfterBurstsOfSgg_IsTheExponentialAverage()
    {
        var policy = new ShortestJobFirstPolicy(initialPrediction: 10, alpha: 0.5);
        var guesses = new List<double> { policy.Predict("A") };
        foreach (long burst in (long[])[6, 4, 6, 4, 13, 13, 13])
        {
            Simulator.Run([new Job("A", Burst.Cpu(burst))], policy);
            guesses.Add(policy.Predict("A"));
        }

        Assert.Equal([10.0, 8, 6, 6, 5, 9, 11, 12], guesses);
    }

    [Theory]
    [InlineData("rm", 50, 20, 100, 35, "")]
    [InlineData("edf", 50, 20, 100, 35, "")]
    [InlineData("rm", 50, 25, 80, 35, "P2 at 80")]
    [InlineData("edf", 50, 25, 80, 35, "")]
    public void Run_OfPeriodicJobsOfSgg_MissesWhatItSays(string policy, long period1, long burst1, long period2, long burst2, string firstMiss)
    {
        Job[] jobs = [new Job("P1", Burst.Cpu(burst1)) { Period = period1 }, new Job("P2", Burst.Cpu(burst2)) { Period = period2 }];

        SimulationTrace trace = Simulator.Run(jobs, Policy(policy), new SimulationOptions { Until = 400 });

        Assert.Equal(firstMiss, trace.MissedDeadlines is [var miss, ..] ? $"{trace.Jobs[miss.Job].Name} at {miss.Deadline}" : "");
    }

    [Theory]
    [InlineData("fifo", "10,10,10", 20, 10)]
    [InlineData("fifo", "100,10,10", 110, 70)]
    [InlineData("sjf", "100,10,10", 50, 10)]
    [InlineData("sjf", "5,5,5", 10, 5)]
    [InlineData("rr1", "5,5,5", 14, 1)]
    [InlineData("fifo", "200,200,200", 400, 200)]
    [InlineData("sjf", "200,200,200", 400, 200)]
    [InlineData("rr1", "200,200,200", 599, 1)]
    [InlineData("fifo", "100,200,300", 1000 / 3.0, 400 / 3.0)]
    [InlineData("sjf", "100,200,300", 1000 / 3.0, 400 / 3.0)]
    [InlineData("rr1", "100,200,300", 1397 / 3.0, 1)]
    public void Run_OfBurstsOfOstep_GivesItsAnswers(string policy, string bursts, double turnaround, double response)
    {
        SimulationTrace trace = Simulator.Run(Bursts(bursts), Policy(policy));

        Assert.Equal((turnaround, response), (trace.MeanTurnaround, trace.MeanResponse));
    }

    [Fact]
    public void Run_OfSchedulerPyRoundRobin_GivesItsWaits() =>
        Assert.Equal(797 / 3.0, Simulator.Run(Bursts("100,200,300"), Policy("rr1")).MeanWaiting);

    [Theory]
    [InlineData("sjf", 310 / 3.0, 190 / 3.0)]
    [InlineData("srtf", 50, 10 / 3.0)]
    public void Run_OfLateArrivalsOfOstep_GivesItsAnswers(string policy, double turnaround, double response)
    {
        SimulationTrace trace = Simulator.Run(Arrivals("0:100 10:10 10:10"), Policy(policy));

        Assert.Equal(turnaround, trace.MeanTurnaround);
        Assert.Equal(response, trace.MeanResponse, 10);
    }

    [Theory]
    [InlineData("8:75 4:25", "844422>0 757955>0 420572>0 258917>0 511275>1 404934>0 783799>1 303313>0 476597>1 583382>1 908113>0 504687>0")]
    [InlineData("6:1 7:100 5:40", "844422>2 757955>1 420572>2 258917>1 511275>1 404934>2 783799>2 303313>1 476597>1 583382>1 908113>1 504687>2 281838>0 755804>0 618369>0 250506>0 909747>0 982786>0")]
    public void TryTake_WithTheNumbersOfLotteryPy_DrawsItsWinners(string jobs, string drawn)
    {
        (long Number, int Winner)[] draws = [.. drawn.Split(' ').Select(static draw => draw.Split('>')).Select(static draw => (long.Parse(draw[0]), int.Parse(draw[1])))];
        int next = 0;
        var policy = new LotteryPolicy(quantum: 1, draw: tickets => draws[next++].Number % tickets);

        SimulationTrace trace = Simulator.Run([.. jobs.Split(' ').Select(static (job, i) => new Job($"{i}", Burst.Cpu(long.Parse(job.Split(':')[0]))) { Weight = int.Parse(job.Split(':')[1]) })], policy);

        Assert.Equal(draws.Select(static draw => draw.Winner), trace.StateChanges.Where(static change => change.To == JobState.Running).Select(static change => change.Job));
    }

    private static Job[] Bursts(string bursts) => [.. bursts.Split(',').Select(static (burst, i) => new Job($"P{i + 1}", Burst.Cpu(long.Parse(burst))))];

    private static Job[] Arrivals(string jobs) =>
        [.. jobs.Split(' ').Select(static (job, i) => new Job($"P{i + 1}", Burst.Cpu(long.Parse(job.Split(':')[1]))) { Arrival = long.Parse(job.Split(':')[0]) })];

    private static SchedulingPolicy Policy(string name) => name switch
    {
        "fifo" => new FifoPolicy(),
        "sjf" => new ShortestJobFirstPolicy(),
        "srtf" => new ShortestRemainingTimePolicy(),
        "rm" => new RateMonotonicPolicy(),
        "edf" => new EarliestDeadlineFirstPolicy(),
        _ => new RoundRobinPolicy(long.Parse(name[2..])),
    };
}
