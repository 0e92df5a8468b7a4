using Plait.Scheduling;
using Plait.Scheduling.Simulation;
using Xunit;

namespace Plait.Tests.Scheduling;

/// <summary>What OSTEP's mlfq.py answers: the cases of its book, and cases made at random whose answers it printed.</summary>
public sealed class MultilevelFeedbackTextbookTests
{
    [Theory]
    [InlineData("0,180,0:100,20,0", "10,10,10", "1,1,1", 5, 0, false, "0/200 0/20")]
    [InlineData("0,120,0:100,50,1:100,50,1", "10,10,10", "1,1,1", 1, 0, true, "0/220 0/99 1/100")]
    [InlineData("0,120,0:100,50,1:100,50,1", "10,10,10", "1,1,1", 1, 50, true, "0/160 10/119 11/120")]
    [InlineData("0,20,0:0,20,0:0,20,0", "1", "1", 5, 0, false, "0/58 1/59 2/60")]
    [InlineData("0,50,0:0,50,0", "8,16,10000", "1,1,1", 5, 0, false, "0/74 8/100")]
    [InlineData("0,26,0:26,7,6:1,14,0:0,5,0", "1,2,4,1", "3,3,2,1", 2, 0, false, "0/52 0/9 2/42 1/13")]
    [InlineData("0,35,2:9,53,0:18,41,0:3,46,2", "4", "2", 4, 53, false, "0/178 0/129 3/112 0/214")]
    [InlineData("0,16,3:0,6,5:0,47,0:0,8,0:0,10,0", "2", "3", 3, 46, true, "0/69 2/30 4/87 6/34 8/42")]
    [InlineData("0,5,0:15,43,0:23,20,0:0,57,0:0,23,3", "8", "1", 2, 23, true, "0/5 16/125 19/65 5/136 13/152")]
    [InlineData("0,6,0:12,18,0:27,18,0:0,15,0:0,15,0", "3,5,5,1", "1,2,3,2", 6, 49, false, "0/12 0/58 0/45 3/51 6/53")]
    [InlineData("14,52,0:0,26,0", "1,4,2,4", "2,1,1,2", 5, 0, true, "0/64 0/46")]
    [InlineData("0,24,0:0,40,0:0,23,0", "2", "2", 1, 39, false, "0/69 2/87 4/72")]
    [InlineData("3,22,0:26,11,0:6,24,3", "9", "2", 3, 0, false, "0/28 5/19 6/67")]
    [InlineData("0,23,4:17,22,4:0,52,0:0,13,0", "1,1,5", "2,2,1", 6, 54, false, "0/108 0/93 1/105 2/39")]
    [InlineData("0,6,0:0,13,0:15,58,0:29,23,2", "7", "3", 2, 0, false, "0/6 6/19 4/74 4/81")]
    [InlineData("25,22,2:0,26,2:0,9,0:0,52,3:26,31,0", "1,1", "3,3", 7, 0, false, "0/112 0/135 1/16 2/201 1/64")]
    [InlineData("0,2,0:9,16,0:0,54,0", "8,9,7", "3,1,3", 7, 0, false, "0/2 1/25 2/72")]
    [InlineData("0,50,0:0,40,2:0,44,9", "2,9,1,4", "1,2,1,1", 7, 42, false, "0/98 2/225 4/106")]
    [InlineData("0,40,9:0,45,0", "9,4,9,5", "3,1,2,1", 3, 0, true, "0/70 9/85")]
    [InlineData("0,28,0:0,51,0", "3,5,3", "2,1,3", 2, 16, false, "0/46 3/79")]
    [InlineData("5,28,0:0,13,0:2,24,0", "8,1,7,6", "3,3,2,3", 7, 0, false, "11/60 0/29 6/51")]
    [InlineData("0,6,0:0,18,0:27,53,0", "9,9", "3,2", 1, 54, true, "0/6 6/24 0/53")]
    [InlineData("0,18,1:0,6,0:0,30,0", "5,3,1,9", "3,1,1,1", 3, 0, true, "0/81 1/13 6/44")]
    [InlineData("0,19,8:0,18,0:0,1,1:16,13,0", "8,2", "3,3", 4, 37, false, "0/48 8/50 16/17 17/35")]
    [InlineData("0,15,0:26,47,0:0,54,0:2,48,0", "1,2", "3,2", 6, 42, false, "0/49 0/136 1/164 2/152")]
    [InlineData("0,12,0:0,17,0:0,16,0:0,12,0", "2,8,5,9", "3,1,1,3", 7, 0, true, "0/30 2/55 4/57 6/52")]
    [InlineData("0,38,0:0,20,0", "7,6", "3,2", 6, 19, false, "0/58 7/51")]
    [InlineData("1,58,9:13,45,0:29,49,9", "4", "1", 3, 0, true, "0/149 0/107 5/133")]
    [InlineData("0,36,1:0,35,0", "1,8,2", "3,3,3", 4, 0, false, "0/187 1/41")]
    public void Run_OfJobsOfMlfqPy_GivesItsAnswers(string jobs, string quanta, string allotments, long device, long boost, bool renews, string answers)
    {
        int[] allotted = [.. allotments.Split(',').Select(int.Parse)];
        var policy = new MultilevelFeedbackPolicy(new MultilevelFeedbackOptions
        {
            Levels = [.. quanta.Split(',').Select((quantum, i) => new FeedbackLevel(long.Parse(quantum), allotted[i]))],
            BoostInterval = boost == 0 ? SchedulingTime.Unlimited : boost,
            RenewsWhenBlocking = renews,
        });

        SimulationTrace trace = Simulator.Run([.. jobs.Split(':').Select((job, i) => Parse($"{i}", job, device))], policy);

        Assert.Equal(answers, string.Join(' ', trace.Jobs.Select(static job => $"{job.Response}/{job.Turnaround}")));
    }

    /// <summary>Start, run time, and how often it asks its device: never after its last instant.</summary>
    private static Job Parse(string name, string text, long device)
    {
        long[] numbers = [.. text.Split(',').Select(long.Parse)];
        (long runs, long every) = (numbers[1], numbers[2]);
        var bursts = new List<Burst>();
        for (; every > 0 && runs > every; runs -= every)
        {
            bursts.Add(Burst.Cpu(every));
            bursts.Add(Burst.IO(device));
        }

        bursts.Add(Burst.Cpu(runs));
        return new Job(name, bursts) { Arrival = numbers[0] };
    }
}
