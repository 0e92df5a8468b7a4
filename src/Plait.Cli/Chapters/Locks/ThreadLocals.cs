using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class ThreadLocals() : Chapter(
    "thread-local",
    Parts.LocksAndThreads,
    "Ten threads write their numbers into one and the same variable, wait for the others, and read: each finds its own.\n"
        + "A local has a value for every thread that uses it; a shared field has one, that of whoever wrote last.",
    "docs/threads.md",
    hasBreak: true)
{
    private const int Units = 10;

    public override Task RunAsync(ChapterContext context)
    {
        using var scope = ThreadScope.Create();
        using ILocal<int> local = scope.CreateLocal<int>(() => -1);
        using IBarrier allHaveWritten = scope.CreateBarrier(Units);
        int shared = -1;
        int[] first = new int[Units];
        int[] found = new int[Units];
        int[] inField = new int[Units];
        int values = 0;
        Crew.Run(context, Units, unit =>
        {
            first[unit] = context.IsBroken ? shared : local.Value;
            shared = unit;
            local.Value = unit;
            allHaveWritten.Wait(context.Cancellation);
            found[unit] = context.IsBroken ? shared : local.Value;
            inField[unit] = shared;
            Interlocked.Exchange(ref values, local.Values.Count);
            allHaveWritten.Wait(context.Cancellation);
        });
        context.Say($"in a shared field each found {inField[0]}, which was written last; in the local {string.Join(", ", found)}");
        context.Fact("units", Units);
        context.Fact("values", values);
        context.Fact("found", found);
        context.Fact("in_shared_field", inField.Distinct());
        context.Fact("main", local.Value);
        context.Expect(found.SequenceEqual(Enumerable.Range(0, Units)), "each of the ten finds the value that it has written");
        context.Expect(first.All(value => value == -1) && local.Value == -1, "and before that the first value, as does a thread that never wrote");
        context.Expect(values == Units && inField.Distinct().Count() == 1, "there are ten values of the local at a time; a field has one for all");
        return Task.CompletedTask;
    }
}
