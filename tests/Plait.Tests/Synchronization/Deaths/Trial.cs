using System.Collections.Concurrent;
using System.Globalization;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>One play, in a memory of its own, with a victim that is stopped at its so manieth point, and perhaps another that is stopped while it recovers the first.</summary>
internal sealed record Trial(Play Play, int Target, int SecondTarget, string Path)
{
    public override string ToString() => $"{Play.Name}|{Target}|{SecondTarget}|{Path}";

    public static Trial Parse(string text) => text.Split('|') is [var play, var target, var second, var path]
        ? new Trial(Plays.Named(play), int.Parse(target, CultureInfo.InvariantCulture), int.Parse(second, CultureInfo.InvariantCulture), path)
        : throw new FormatException(text);
}

/// <summary>What became of a trial.</summary>
internal sealed record Ending(string Play, CrashPoint Point, int Hits, CrashPoint SecondPoint);

/// <summary>Runs many trials at once, with one process for each part. In the tests' process are only files.</summary>
internal static class Trials
{
    // The first row is for all.
    private const int SurvivorsAreReady = 0;
    private const int VictimPid = 1;
    private const int VictimsAreDead = 2;

    /// <summary>As many as there are numbers for.</summary>
    public const int Most = 80;

    /// <summary>The victims are killed while others of another process meet them; these go on. What went wrong is thrown.</summary>
    public static Ending[] OfVictims(IReadOnlyList<(Play Play, int Target)> rows, string numbers)
    {
        using var shared = new Numbers(numbers);
        Ground[] grounds = [.. rows.Select(static _ => new Ground())];
        string[] trials = [.. rows.Select((row, i) => new Trial(row.Play, row.Target, 0, grounds[i].Path).ToString())];
        try
        {
            Begin(shared, trials);
            using ChildProcess<string[]> survivors = ChildProcess.Start(Survive, trials, numbers);
            Kill(shared, ChildProcess.Start(Die, trials, numbers, false, Observed()));
            return End(shared, trials, survivors.GetResultAsync().WaitAsync(3 * Limit).GetAwaiter().GetResult());
        }
        finally
        {
            Array.ForEach(grounds, static ground => ground.Dispose());
        }
    }

    /// <summary>The victims are killed together with all whom they meet; those who recover them are killed as well; others come then.</summary>
    public static Ending[] OfRecoverers(IReadOnlyList<(Play Play, int Target, int SecondTarget)> rows, string numbers)
    {
        using var shared = new Numbers(numbers);
        Ground[] grounds = [.. rows.Select(static _ => new Ground())];
        string[] trials = [.. rows.Select((row, i) => new Trial(row.Play, row.Target, row.SecondTarget, grounds[i].Path).ToString())];
        try
        {
            Begin(shared, trials);
            Kill(shared, ChildProcess.Start(Die, trials, numbers, true, Observed()));
            Kill(shared, ChildProcess.Start(DieRecovering, trials, numbers, Observed()));
            using ChildProcess<string[]> survivors = ChildProcess.Start(ComeLater, trials, numbers);
            return End(shared, trials, survivors.GetResultAsync().WaitAsync(3 * Limit).GetAwaiter().GetResult());
        }
        finally
        {
            Array.ForEach(grounds, static ground => ground.Dispose());
        }
    }

    // Hundreds of threads of a machine that is busy anyhow.
    private static TimeSpan Limit => 2 * Waits.Hang;

    private static ChildProcessOptions Observed()
    {
        var options = new ChildProcessOptions();
        options.Environment[CrashPoints.Variable] = CrashPoints.Observed;

        // Who looks for a while first may have no need to sleep.
        options.Environment[AdaptiveSpin.Variable] = "0";
        return options;
    }

    private static void Begin(Numbers shared, string[] trials)
    {
        (shared[SurvivorsAreReady], shared[VictimPid], shared[VictimsAreDead]) = (0, 0, 0);
        foreach (Stage stage in Stages(trials, shared))
        {
            stage.Clear();
        }
    }

    private static void Kill(Numbers shared, ChildProcess<string> victims)
    {
        using (victims)
        {
            Assert.True(victims.Join(2 * Limit), $"{victims} has not ended");
            ChildOutcome outcome = victims.Outcome!;
            Assert.True(outcome.Signal == Signals.Kill, outcome.IsSuccess ? victims.Result : $"{outcome}");
            shared[VictimsAreDead] = 1;
        }
    }

    private static Ending[] End(Numbers shared, string[] trials, string[] problems)
    {
        Assert.True(problems.Length == 0, $"{problems.Length} of {trials.Length} trials went wrong:{Environment.NewLine}{string.Join(Environment.NewLine, problems.Take(12))}");
        return [.. Stages(trials, shared).Select((stage, i) => new Ending(Trial.Parse(trials[i]).Play.Name, stage.Point, stage.Hits, stage.SecondPoint))];
    }

    private static Stage[] Stages(string[] trials, Numbers shared) => [.. trials.Select((trial, i) => new Stage(Trial.Parse(trial).Path, shared, i + 1))];

    // In a process of its own: ends by being killed, unless somebody does not come to where it should.
    private static string Die(string[] trials, string numbers, bool isAlone)
    {
        var shared = new Numbers(numbers);
        shared[VictimPid] = Environment.ProcessId;
        ThreadPool.SetMinThreads(trials.Length * 4, 4);
        Victim.Observe();
        Stage[] stages = Stages(trials, shared);
        using var running = new CountdownEvent(trials.Length);
        var errors = new ConcurrentQueue<string>();
        if (isAlone)
        {
            foreach ((Stage stage, string trial) in stages.Zip(trials))
            {
                stage.IsAlone = true;
                Trial.Parse(trial).Play.Make(stage.Scope);
            }
        }
        else
        {
            Stage.Until(() => shared[SurvivorsAreReady] != 0, "the survivors are ready");
        }

        for (int i = 0; i < trials.Length; i++)
        {
            var trial = Trial.Parse(trials[i]);
            Stage stage = stages[i];
            var victim = new Victim(stage, trial.Target, isSecond: false, running);
            Start(trials[i], errors, () =>
            {
                trial.Play.Prepare(stage);
                victim.Run(() => trial.Play.Act(stage), trial.Play.IsOfEngine);
            });
            foreach (Action<Stage> companion in isAlone ? trial.Play.Companions : [])
            {
                Start(trials[i], errors, () => companion(stage));
            }
        }

        return KillWhenStopped(running, errors, () => string.Join(Environment.NewLine, trials.Where((_, i) => !stages[i].IsStopped)));
    }

    // In a process of its own: buries the dead of each memory, and is killed in the middle of that.
    private static string DieRecovering(string[] trials, string numbers)
    {
        var shared = new Numbers(numbers);
        Victim.Observe();
        Stage[] stages = Stages(trials, shared);
        using var running = new CountdownEvent(trials.Length);
        var errors = new ConcurrentQueue<string>();
        for (int i = 0; i < trials.Length; i++)
        {
            Stage stage = stages[i];
            var victim = new Victim(stage, Trial.Parse(trials[i]).SecondTarget, isSecond: true, running);
            _ = stage.Scope;
            Start(trials[i], errors, () =>
            {
                _ = Agents.Current(stage.Scope.Memory);
                victim.Run(() => stage.Scope.Memory.Liveness.SweepAll(), isOfEngine: false);
            });
        }

        return KillWhenStopped(running, errors, () => $"{running.CurrentCount} of them");
    }

    private static string KillWhenStopped(CountdownEvent running, ConcurrentQueue<string> errors, Func<string> left)
    {
        if (running.Wait(Limit) && errors.IsEmpty)
        {
            ProcessCalls.KillSelf();
        }

        return $"Not stopped: {left()}; {string.Join(Environment.NewLine, errors)}";
    }

    // In a process of its own: meets the victims, and goes on when they are dead.
    private static string[] Survive(string[] trials, string numbers)
    {
        var shared = new Numbers(numbers);
        Stage[] stages = Stages(trials, shared);
        var problems = new ConcurrentQueue<string>();
        var threads = new List<(int Row, Thread Thread)>();
        for (int i = 0; i < trials.Length; i++)
        {
            Trial.Parse(trials[i]).Play.Make(stages[i].Scope);
        }

        ThreadPool.SetMinThreads(trials.Length * 2, 4);
        for (int i = 0; i < trials.Length; i++)
        {
            Stage stage = stages[i];
            foreach (Action<Stage> companion in Trial.Parse(trials[i]).Play.Companions)
            {
                threads.Add((i, Start(trials[i], problems, () => companion(stage))));
            }
        }

        shared[SurvivorsAreReady] = 1;
        Stage.Until(() => shared[VictimsAreDead] != 0, "the victims are dead", 2 * Limit);
        for (int i = 0; i < trials.Length; i++)
        {
            Play play = Trial.Parse(trials[i]).Play;
            Stage stage = stages[i];
            int row = i;
            Try(trials[i], stage, problems, () =>
            {
                if (play.Revive is { } revive)
                {
                    stage.Scope.Memory.Liveness.SweepAll();
                    revive(stage);
                }

                Assert.True(threads.Where(one => one.Row == row).All(static one => one.Thread.Join(Waits.Hang)), "somebody still waits");
                CheckAndAudit(play, stage);
            });
        }

        return [.. problems];
    }

    // In a process of its own: finds what the dead, and the dead who recovered them, have left.
    private static string[] ComeLater(string[] trials, string numbers)
    {
        var shared = new Numbers(numbers);
        var problems = new ConcurrentQueue<string>();
        Stage[] stages = Stages(trials, shared);
        for (int i = 0; i < trials.Length; i++)
        {
            Stage stage = stages[i];
            Try(trials[i], stage, problems, () => CheckAndAudit(Trial.Parse(trials[Array.IndexOf(stages, stage)]).Play, stage));
        }

        return [.. problems];
    }

    // Claimed, it is not told by the list again; listed, at its process's next look.
    private static bool IsInDelivery(CrashPoint point) => point is CrashPoint.DeliveryClaimed or CrashPoint.DeliveryListed;

    private static void CheckAndAudit(Play play, Stage stage)
    {
        play.Check(stage);
        stage.Scope.Memory.Liveness.SweepAll();
        Agents.EndThread();
        List<string> wrong = Audit.Of(stage.Scope, IsInDelivery(stage.Point) || IsInDelivery(stage.SecondPoint), stage.Scope.Memory.Own);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
    }

    private static void Try(string trial, Stage stage, ConcurrentQueue<string> problems, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error)
        {
            problems.Enqueue($"{trial.Split("|/")[0]} at {stage.Point}, {stage.SecondPoint}, victim {stage.Mark}: {error.GetType().Name} {error.Message} {error.StackTrace?.Split('\n').FirstOrDefault(static line => line.Contains("Plays", StringComparison.Ordinal))?.Trim()}");
        }
    }

    private static Thread Start(string trial, ConcurrentQueue<string> errors, Action action)
    {
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                errors.Enqueue($"{trial.Split("|/")[0]}: {error}");
            }

            Agents.EndThread();
        })
        { IsBackground = true };
        thread.UnsafeStart();
        return thread;
    }
}
