using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Plait.Tests.Synchronization.Linearizability;
using Xunit;

namespace Plait.Tests.Queues.Linearizability;

/// <summary>
/// What several processes saw of a queue at the same time can be told as if one call had come after the other. A history with a contradiction in it
/// cannot.
/// </summary>
public sealed class QueueLinearizabilityTests() : SynchronizationTest(Setting.Processes)
{
    private const int Rounds = 150;

    // The clock is the first of the shared numbers; then how many units are at the beginning of each round.
    private const int Arrived = 1;

    protected override TimeSpan HangLimit => 3 * base.HangLimit;

    [Fact]
    public void Histories_OfThreeProcesses_AreLinearizableAndMutatedOnesAreNot()
    {
        const int Seed = 20;
        string path = NewNumbers();
        Task<int[][]>[] units = [.. Enumerable.Range(0, QueueSubject.Units).Select(unit => Start(Work, Scope, path, unit, Seed))];
        int[][][] written = End(units);

        (int overlapping, int mutated) = (0, 0);
        for (int i = 0; i < QueueSubject.All.Length * Rounds; i++)
        {
            Specification specification = QueueSubject.All[i / Rounds].Specification;
            List<Operation> history = Recorder.Join([.. written.Select(unit => unit[i])]);
            overlapping += history.Count(one => history.Any(other => other.Unit != one.Unit && other.Start < one.End && one.Start < other.End));
            Assert.True(Linearization.Exists(specification, history), $"No order explains this history of a {specification.Name}:{Describe(specification, history)}");
            foreach (List<Operation> mutant in Mutants(history))
            {
                mutated++;
                Assert.False(Linearization.Exists(specification, mutant), $"A contradiction in a history of a {specification.Name} was not found:{Describe(specification, mutant)}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{QueueSubject.All.Length * Rounds} histories, {written.Sum(static unit => unit.Sum(static round => round.Length / 5))} operations, {overlapping} of them beside others; {mutated} mutated histories");
        Assert.True(mutated >= 500, $"only {mutated} histories were mutated");
        Assert.True(overlapping > 0, "nothing ran at the same time as anything else");
    }

    // In a process of its own: all rounds of all queues, each begun together with the others.
    private static int[][] Work(IScope scope, string path, int unit, int seed)
    {
        using var numbers = new Numbers(path);
        var written = new List<int[]>();
        for (int i = 0; i < QueueSubject.All.Length * Rounds; i++)
        {
            using IQueue<int> queue = QueueSubject.All[i / Rounds].Make(scope, $"queue {i}");
            var recorder = new Recorder(numbers, i);
            var random = new Random((seed * 1_000_003) + (i * QueueSubject.Units) + unit);
            _ = numbers.Add(Arrived + i);
            var spin = default(SpinWait);
            while (numbers[Arrived + i] < QueueSubject.Units)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }

            QueueSubject.Run(queue, random, recorder, unit);
            written.Add(recorder.Entries);
        }

        return [.. written];
    }

    // Something comes a second time; something comes that nobody put; something put is not there.
    private static IEnumerable<List<Operation>> Mutants(List<Operation> history)
    {
        int end = history.Max(static one => one.End);
        Operation got = history.FirstOrDefault(static one => one is { Call: QueueSubject.Get, Result: > 0 });
        if (got.Result > 0)
        {
            yield return [.. history, new Operation(QueueSubject.Units, QueueSubject.Get, got.Result, end + 1, end + 2)];
            yield return [.. history.Where(one => one.Result != QueueSubject.Done + got.Result || one.Call != QueueSubject.Put)];
        }

        yield return [.. history, new Operation(QueueSubject.Units, QueueSubject.Get, 63, end + 1, end + 2)];
    }

    private static string Describe(Specification specification, IEnumerable<Operation> history) =>
        string.Concat(history.OrderBy(static one => one.Start).Select(one => $"{Environment.NewLine}  {specification.Describe(one)}"));
}
