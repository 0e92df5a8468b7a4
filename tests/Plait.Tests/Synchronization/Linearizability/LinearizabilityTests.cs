using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization.Linearizability;

/// <summary>
/// What several processes saw of a primitive at the same time can be told as if one call had come after the other. A history with
/// a contradiction in it cannot.
/// </summary>
public sealed class LinearizabilityTests() : SynchronizationTest(Setting.Processes)
{
    private const int Rounds = 60;

    // The clock is the first of the shared numbers; then how many units are at the beginning of each round.
    private const int Arrived = 1;

    protected override TimeSpan HangLimit => 3 * base.HangLimit;

    [Fact]
    public void Histories_OfThreeProcesses_AreLinearizableAndMutatedOnesAreNot()
    {
        const int Seed = 20;
        string path = NewNumbers();
        ISynchronizer[][] things = [.. Subject.All.Select(subject => Enumerable.Range(0, Rounds).Select(round => subject.Make(Scope, $"{subject.Specification.Name} {round}")).ToArray())];
        Task<int[][]>[] units = [.. Enumerable.Range(0, Subject.Units).Select(unit => Start(Work, Scope, path, unit, Seed))];
        int[][][] written = End(units);

        var random = new Random(Seed);
        int mutated = 0;
        int overlapping = 0;
        for (int i = 0; i < Subject.All.Length * Rounds; i++)
        {
            Subject subject = Subject.All[i / Rounds];
            List<Operation> history = Recorder.Join([.. written.Select(unit => unit[i])]);
            overlapping += history.Count(one => history.Any(other => other.Unit != one.Unit && other.Start < one.End && one.Start < other.End));
            Assert.True(Linearization.Exists(subject.Specification, history), $"No order explains this history of a {subject.Specification.Name}:{Describe(subject, history)}");
            foreach (List<Operation> mutant in Mutants(subject, history, random))
            {
                mutated++;
                Assert.False(Linearization.Exists(subject.Specification, mutant), $"A contradiction in a history of a {subject.Specification.Name} was not found:{Describe(subject, mutant)}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Subject.All.Length * Rounds} histories, {written.Sum(static unit => unit.Sum(static round => round.Length / 5))} operations, {overlapping} of them beside others; {mutated} mutated histories");
        Assert.True(mutated >= 200, $"only {mutated} histories were mutated");
        Assert.True(overlapping > 0, "nothing ran at the same time as anything else");
    }

    // In a process of its own: all rounds of all primitives, each begun together with the others.
    private static int[][] Work(IScope scope, string path, int unit, int seed)
    {
        using var numbers = new Numbers(path);
        var written = new List<int[]>();
        for (int i = 0; i < Subject.All.Length * Rounds; i++)
        {
            Subject subject = Subject.All[i / Rounds];
            ISynchronizer thing = subject.Make(scope, $"{subject.Specification.Name} {i % Rounds}");
            var recorder = new Recorder(numbers, i);
            var random = new Random((seed * 1_000_003) + (i * Subject.Units) + unit);
            _ = numbers.Add(Arrived + i);
            var spin = default(SpinWait);
            while (numbers[Arrived + i] < Subject.Units)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }

            subject.Run(thing, random, recorder);
            written.Add(recorder.Entries);
        }

        return [.. written];
    }

    private static IEnumerable<List<Operation>> Mutants(Subject subject, List<Operation> history, Random random)
    {
        int end = history.Max(static one => one.End);
        List<Operation> later = [.. history];
        foreach ((int call, int result) in subject.Contradiction(history, random))
        {
            later.Add(new Operation(Subject.Units, call, result, end + 1, end + 2));
            end += 2;
        }

        yield return later;
        if (subject.Intrusion(history, random) is { } intruder)
        {
            yield return [.. history, intruder];
        }
    }

    private static string Describe(Subject subject, IEnumerable<Operation> history) =>
        string.Concat(history.OrderBy(static one => one.Start).Select(one => $"{Environment.NewLine}  {subject.Specification.Describe(one)}"));
}
