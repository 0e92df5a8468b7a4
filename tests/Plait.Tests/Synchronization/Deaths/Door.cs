using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>A primitive as something that one is inside of: what all that are held have in common.</summary>
internal sealed record Door(string Name, Action<IScope> Make, Func<Stage, ISynchronizer> Get)
{
    public static readonly Door[] All =
    [
        OfLock("lock", static scope => scope.CreateLock()) with { IsPoked = true },
        OfLock("strict lock", static scope => scope.CreateLock(options: new LockOptions { IsStrict = true })),
        OfLock("reentrant lock", static scope => scope.CreateReentrantLock()) with { IsPoked = true },
        OfSemaphore("semaphore", static scope => scope.CreateSemaphore(1)),
        OfSemaphore("bounded semaphore", static scope => scope.CreateBoundedSemaphore(1, 1)),
        new("writing", static scope => scope.CreateReaderWriterLock(), static stage => stage.Get<IReaderWriterLock>())
        {
            Enter = static (stage, timeout) => stage.Get<IReaderWriterLock>().TryAcquireWrite(timeout, out Hold hold) ? hold : null,
            EnterAsync = static stage => stage.Get<IReaderWriterLock>().AcquireWriteAsync(),
            CheckEmpty = CheckUnheld,
        },
        new("reading", static scope => scope.CreateReaderWriterLock(), static stage => stage.Get<IReaderWriterLock>())
        {
            Enter = static (stage, timeout) => stage.Get<IReaderWriterLock>().TryAcquireRead(timeout, out Hold hold) ? hold : null,
            EnterAsync = static stage => stage.Get<IReaderWriterLock>().AcquireReadAsync(),
            EnterOther = static (stage, timeout) => stage.Get<IReaderWriterLock>().TryAcquireWrite(timeout, out Hold hold) ? hold : null,
            EnterOtherAsync = static stage => stage.Get<IReaderWriterLock>().AcquireWriteAsync(),
            CheckEmpty = CheckUnheld,
            IsReported = false,
        },
    ];

    /// <summary>The victim's way in.</summary>
    public required Func<Stage, TimeSpan, Hold?> Enter { get; init; }

    public required Func<Stage, ValueTask<Hold>> EnterAsync { get; init; }

    /// <summary>The way of those who are to be kept out.</summary>
    public Func<Stage, TimeSpan, Hold?>? EnterOther { get; init; }

    public Func<Stage, ValueTask<Hold>>? EnterOtherAsync { get; init; }

    /// <summary>Throws unless nobody is inside.</summary>
    public Action<Stage> CheckEmpty { get; init; } = static _ => { };

    /// <summary>Whether the next one is told that its predecessor died inside.</summary>
    public bool IsReported { get; init; } = true;

    /// <summary>Whether a release may free it for whoever is first.</summary>
    public bool IsPoked { get; init; }

    /// <summary>The victim goes in, and says so.</summary>
    public void GoIn(Stage stage)
    {
        stage.Mark = Mark.Between;
        stage.Hold = Enter(stage, Waits.Hang) ?? throw new TimeoutException($"The victim never came in: {Name}");
        stage.Mark = Mark.Inside;
    }

    public static void GoOut(Stage stage)
    {
        stage.Mark = Mark.Between;
        stage.Hold.Release();
        stage.Mark = Mark.Outside;
    }

    /// <summary>Somebody who is kept out by the victim goes in, noting what it is told.</summary>
    public Hold Other(Stage stage) =>
        stage.Note((EnterOther ?? Enter)(stage, Waits.Hang) ?? throw new TimeoutException($"Nobody came in any more: {Name}"));

    public async Task<Hold> OtherAsync(Stage stage) =>
        stage.Note(await (EnterOtherAsync ?? EnterAsync)(stage).AsTask().WaitAsync(Waits.Hang));

    /// <summary>One after another goes in, the first of them learns of the death if there is something to learn, and all is empty then.</summary>
    public void Check(Stage stage)
    {
        Other(stage).Release();
        Other(stage).Release();
        CheckReports(stage, IsReported);
        CheckEmpty(stage);
    }

    /// <summary>Exactly one report if the victim was inside, none if it was outside. A companion that died as well may have been inside, and have been told before.</summary>
    public static void CheckReports(Stage stage, bool isReported = true)
    {
        (int least, int most) = !isReported ? (0, stage.IsAlone ? 1 : 0) : stage.Mark == Mark.Inside ? (1, stage.IsAlone ? 2 : 1) : (0, stage.Mark == Mark.Between || stage.IsAlone ? 1 : 0);
        Assert.True(stage.Reports >= least && stage.Reports <= most, $"{stage.Reports} reports of the death; the victim was {stage.Mark}");
        Assert.True(stage.WrongReports == 0, $"{stage.WrongReports} reports named another than the victim");
    }

    private static Door OfLock(string name, Action<IScope> make) => new(name, make, static stage => stage.Get<ILock>())
    {
        Enter = static (stage, timeout) => stage.Get<ILock>().TryAcquire(timeout, out Hold hold) ? hold : null,
        EnterAsync = static stage => stage.Get<ILock>().AcquireAsync(),
        CheckEmpty = static stage => Assert.False(stage.Get<ILock>().IsHeld),
    };

    private static Door OfSemaphore(string name, Action<IScope> make) => new(name, make, static stage => stage.Get<ISemaphore>())
    {
        Enter = static (stage, timeout) => stage.Get<ISemaphore>().TryAcquire(timeout, out Hold hold) ? hold : null,
        EnterAsync = static stage => stage.Get<ISemaphore>().AcquireAsync(),
        CheckEmpty = static stage => Assert.Equal(1, stage.Get<ISemaphore>().CurrentCount),
    };

    private static void CheckUnheld(Stage stage)
    {
        IReaderWriterLock gate = stage.Get<IReaderWriterLock>();
        Assert.Equal((0, false), (gate.ReaderCount, gate.IsWriteHeld));
    }
}
