using Plait.Processes;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues.Hostile;

/// <summary>
/// Another process writes nonsense into the memory that queues are in: whoever uses them gets an error or a wrong item, and never a crash, a hang, an
/// allocation without bound or a look at memory that is not the scope's. A process of its own bears it, its memory between guard regions. That nobody can
/// make the memory shorter under it is in <c>ArenaTests.Create_Sealed_NobodyCanChangeTheSize</c>.
/// </summary>
/// <remarks>
/// PLAIT_HOSTILE_SEED=N repeats a seed (the four parts take N, N+1, N+2 and N+3), PLAIT_HOSTILE_ROUND=N besides that one group of rounds;
/// PLAIT_HOSTILE_ROUNDS=N makes so many in each test.
/// </remarks>
public sealed class HostileQueueTests() : SynchronizationTest(Setting.Processes)
{
    // Four times this and the rounds of HostileSharedDataTests are more than 50,000.
    private const int Rounds = 9_000;
    private const int RoundsDuring = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // It is seen whether it gets on: on a busy machine that may take long.
    protected override TimeSpan HangLimit => TimeSpan.FromMinutes(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Words_ChangedBetweenUses_MakeAnErrorAtMost(int part) =>
        Run((Given("SEED") ?? 1) + part - 1, Rounds, static (string numbers, int seed, int first, int rounds) => HostileRun.Between(numbers, seed, first, rounds));

    [Fact]
    public void Words_ChangedDuringUses_MakeAnErrorAtMost() =>
        Run(Given("SEED") ?? 5, RoundsDuring, static (string numbers, int seed, int first, int rounds) => HostileRun.During(numbers, seed, first, rounds));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Byte_BesideTheMemory_CannotBeReadWithoutASignal(bool isBehind)
    {
        using ChildProcess<int> child = ChildProcess.Start(static (bool isBehind) => HostileMemory.LookBeside(isBehind), isBehind);
        Assert.Contains("memory", Assert.Throws<ChildFailedException>(() => child.Result).Message, StringComparison.Ordinal);
    }

    private void Run(int seed, int usual, Func<string, int, int, int, string> run)
    {
        int first = Given("ROUND") is { } round ? round / HostileRun.Group * HostileRun.Group : 0;
        int rounds = Given("ROUNDS") ?? (Given("ROUND") is null ? usual : HostileRun.Group);
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        using ChildProcess<string> child = ChildProcess.Start(run, path, seed, first, rounds);
        AwaitEnd(child, numbers, seed);

        string faults;
        try
        {
            faults = child.Result;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"The process ended. {Where(numbers, seed)}", error);
        }

        Assert.True(faults.Length == 0, $"seed {seed}: {faults}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: {rounds} rounds, {numbers[HostileRun.Flips]} words changed, {numbers[HostileRun.Steps]} uses, {numbers[HostileRun.Refusals]} refused");
        Assert.InRange(numbers[HostileRun.Flips], rounds, int.MaxValue);
        Assert.InRange(numbers[HostileRun.Refusals], rounds / 100, numbers[HostileRun.Steps] / 4 * 3);
    }

    // As long as it gets on it may take its time.
    private static void AwaitEnd(ChildProcess child, Numbers numbers, int seed)
    {
        int seen;
        do
        {
            seen = numbers[HostileRun.Steps];
            if (child.Join(Patience))
            {
                return;
            }
        }
        while (numbers[HostileRun.Steps] != seen);
        string where = Where(numbers, seed);
        _ = child.Kill();
        child.Join();
        Assert.Fail($"Nothing moved for {Patience}. {where}");
    }

    private static string Where(Numbers numbers, int seed) =>
        $"PLAIT_HOSTILE_SEED={seed} PLAIT_HOSTILE_ROUND={numbers[HostileRun.Round]} repeats it: queue {numbers[HostileRun.PreyAt]}, in '{HostileRun.Describe(numbers[HostileRun.Step])}', after {numbers[HostileRun.Flips]} changes.";

    private static int? Given(string name) => int.TryParse(Environment.GetEnvironmentVariable($"PLAIT_HOSTILE_{name}"), out int given) ? given : null;
}
