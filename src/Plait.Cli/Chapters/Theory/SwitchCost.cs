namespace Plait.Cli.Chapters.Theory;

internal sealed class SwitchCost() : Chapter(
    "switch-cost",
    Parts.Theory,
    "Two tasks switched by hand on one thread: generators that give way after each step. When both compute, switching only adds its own cost;\n"
        + "when both wait, one runs while the other waits, and both are over sooner.",
    "docs/scheduling.md",
    hasBreak: true)
{
    private const int Runs = 7;
    private const int WaitingRuns = 3;
    private const int Waits = 10;

    public override async Task RunAsync(ChapterContext context)
    {
        int steps = context.IsQuick ? 500_000 : 5_000_000;
        TimeSpan serial = TimeSpan.MaxValue;
        TimeSpan switched = TimeSpan.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            // In turns, and the best of each: what else runs on this machine disturbs both.
            serial = Least(serial, context.Time, () =>
            {
                _ = Generators.Compute(steps);
                _ = Generators.Compute(steps);
            });
            switched = Least(switched, context.Time, () => Generators.InTurns(new Queue<IEnumerator<ulong>>([Generators.ComputeInSteps(steps), Generators.ComputeInSteps(steps)])));
        }

        double nanoseconds = (switched - serial).TotalNanoseconds / (2.0 * steps);
        context.Say($"two that compute: {serial.TotalMilliseconds:0.0} ms one after the other, {switched.TotalMilliseconds:0.0} ms in turns, which is {nanoseconds:0.0} ns a switch");

        var wait = TimeSpan.FromMilliseconds(context.IsQuick ? 15 : 100);
        IEnumerator<Task> Waiter() => Generators.WaitInSteps(Waits, () => context.IsBroken ? Task.CompletedTask : context.WaitAsync(wait));
        TimeSpan waitingSerial = TimeSpan.MaxValue;
        TimeSpan waitingSwitched = TimeSpan.MaxValue;
        for (int run = 0; run < WaitingRuns; run++)
        {
            waitingSerial = await LeastAsync(waitingSerial, context.Time, () => Generators.OneAfterTheOtherAsync(Waiter(), Waiter()));
            waitingSwitched = await LeastAsync(waitingSwitched, context.Time, () => Generators.WhileOthersWaitAsync(Waiter(), Waiter()));
        }

        context.Say($"two that wait {Waits} times: {waitingSerial.TotalMilliseconds:0} ms one after the other, {waitingSwitched.TotalMilliseconds:0} ms when one runs while the other waits");

        context.Fact("cpu_serial_seconds", serial);
        context.Fact("cpu_switched_seconds", switched);
        context.Fact("ns_a_switch", nanoseconds);
        context.Fact("io_serial_seconds", waitingSerial);
        context.Fact("io_switched_seconds", waitingSwitched);
        context.Expect(switched > serial, "two that only compute take longer when they are switched");
        context.Expect(waitingSerial - waitingSwitched > Waits * wait / 3, "two that wait take less when one runs while the other waits");
    }

    private static TimeSpan Least(TimeSpan least, TimeProvider time, Action work)
    {
        long start = time.GetTimestamp();
        work();
        TimeSpan took = time.GetElapsedTime(start);
        return took < least ? took : least;
    }

    private static async Task<TimeSpan> LeastAsync(TimeSpan least, TimeProvider time, Func<Task> work)
    {
        long start = time.GetTimestamp();
        await work();
        TimeSpan took = time.GetElapsedTime(start);
        return took < least ? took : least;
    }
}
