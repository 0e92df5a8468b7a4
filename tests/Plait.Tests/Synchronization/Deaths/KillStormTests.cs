using System.Globalization;
using Plait.Interop;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// Processes that use all primitives at once are killed at random moments, hundreds of times: who lives goes on, who is next learns
/// of the death, all is there at the end and nothing else. PLAIT_STORM_KILLS sets how often (2,000 take four minutes), PLAIT_STORM_SEED repeats a run's choices.
/// </summary>
public sealed class KillStormTests() : SynchronizationTest(Setting.Processes)
{
    private const int Victims = 6;
    private static readonly int s_kills = Number("PLAIT_STORM_KILLS", 400);
    private static readonly int s_seed = Number("PLAIT_STORM_SEED", Random.Shared.Next());

    protected override TimeSpan HangLimit => base.HangLimit + (s_kills * TimeSpan.FromSeconds(1));

    [Fact]
    public void Kill_OfProcessesThatUseEverything_LeavesEverythingWhole()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {s_seed}");
        string ledger = NewNumbers();
        using var numbers = new Numbers(ledger);
        using var ground = new Ground();
        long start = TimeProvider.System.GetTimestamp();
        using ChildProcess<string[]> keeper = ChildProcess.Start(Hammering.Keep, ground.Path, ledger, Victims, s_seed);
        Until(() => Hammering.OperationsOf(numbers, Victims) > 0);
        int left = s_kills;
        Task<int>[] killers = [.. Enumerable.Range(0, Victims).Select(slot => OnThread(() =>
        {
            int kills = 0;
            var random = new Random(s_seed + slot);
            while (Interlocked.Decrement(ref left) >= 0 && numbers[Hammering.Errors] == 0)
            {
                KillOne(numbers, ledger, ground.Path, slot, random);
                kills++;
            }

            return kills;
        }))];
        int killed = killers.Sum(static killer => killer.WaitAsync(TimeSpan.FromSeconds(60 + s_kills)).GetAwaiter().GetResult());
        numbers[Hammering.Stop] = 1;
        string[] end = End(keeper.GetResultAsync());

        string errors = File.Exists($"{ledger}.errors") ? File.ReadAllText($"{ledger}.errors") : string.Empty;
        File.Delete($"{ledger}.errors");
        string figures = $"seed {s_seed}: {killed} kills in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s, {end[0]}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(end.Length == 1 && errors.Length == 0, $"{figures}{Environment.NewLine}{string.Join(Environment.NewLine, end.Skip(1))}{Environment.NewLine}{errors}");
        Assert.True(numbers[Hammering.Proven] > 0, $"Nobody was killed inside of a lock: {figures}");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    // At a moment of which nobody knows what it is doing: it has done a few things, and is in the middle of the next.
    private static void KillOne(Numbers numbers, string ledger, string path, int slot, Random random)
    {
        Hammering.ResetSlot(numbers, slot);
        using ChildProcess<int> victim = ChildProcess.Start(Hammering.Run, path, ledger, slot, random.Next());
        int operations = random.Next(60);
        Until(() => Hammering.OperationsOf(numbers, slot) > operations || victim.Outcome is not null);
        Thread.SpinWait(random.Next(10_000));
        Assert.Equal(0, Libc.kill(victim.Pid, Signals.Kill));
        Assert.True(victim.Join(Waits.Hang));
    }
}
