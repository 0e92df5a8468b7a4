using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Tests.Diagnostics;

/// <summary>Acquires locks in orders, in a process that checks them.</summary>
internal static class Orders
{
    public static ChildProcessOptions Checked(string? name = null)
    {
        var options = new ChildProcessOptions { Name = name };
        options.Environment["PLAIT_LOCK_ORDER"] = "1";
        return options;
    }

    /// <summary>The reports of what is done.</summary>
    public static string[] Collect(Action work)
    {
        var reports = new List<string>();
        DeadlockDetection.InversionDetected += inversion => reports.Add(inversion.ToString());
        work();
        return [.. reports];
    }

    /// <summary>The reports of what is done by async flows.</summary>
    public static string[] Collect(Func<IScope, Task> work) => Collect(() =>
    {
        using var scope = ThreadScope.Create();
        work(scope).GetAwaiter().GetResult();
    });

    /// <summary>Each word is held together; see <see cref="LockOrderTests"/>. R is a reentrant lock, A and B have two sides, the others are locks.</summary>
    public static void Run(IScope scope, string words)
    {
        bool isReading = words.Any(char.IsLower);
        foreach (string word in words.Split(' '))
        {
            var holds = new Stack<Hold>();
            char way = ' ';
            foreach (char letter in word)
            {
                if (letter is '?' or '~')
                {
                    way = letter;
                    continue;
                }

                string name = char.ToUpperInvariant(letter).ToString();
                holds.Push(isReading
                    ? char.IsLower(letter) ? scope.CreateReaderWriterLock(name).AcquireRead() : scope.CreateReaderWriterLock(name).AcquireWrite()
                    : Acquire(letter == 'R' ? scope.CreateReentrantLock(name) : scope.CreateLock(name), way));
                way = ' ';
            }

            while (holds.TryPop(out Hold hold))
            {
                hold.Release();
            }
        }
    }

    /// <summary>The same, each word by an async flow of its own.</summary>
    public static async Task RunAsync(IScope scope, string words)
    {
        // One object: a flow enters again by what that one knows of it.
        IReentrantLock reentrant = scope.CreateReentrantLock("R");
        foreach (string word in words.Split(' '))
        {
            await WordAsync(scope, reentrant, word, isReading: words.Any(char.IsLower));
        }
    }

    // Not by a method that awaits for it: what a flow acquires in one it does not hold in the order of its caller.
    private static async Task WordAsync(IScope scope, IReentrantLock reentrant, string word, bool isReading)
    {
        var holds = new Stack<Hold>();
        char way = ' ';
        foreach (char letter in word)
        {
            if (letter is '?' or '~')
            {
                way = letter;
                continue;
            }

            string name = char.ToUpperInvariant(letter).ToString();
            if (way != ' ')
            {
                Hold? taken = await scope.CreateLock(name).TryAcquireAsync(way == '?' ? TimeSpan.Zero : TimeSpan.FromMinutes(1));
                holds.Push(taken ?? throw new InvalidOperationException($"{name} is not free."));
            }
            else if (isReading)
            {
                IReaderWriterLock sides = scope.CreateReaderWriterLock(name);
                holds.Push(await (char.IsLower(letter) ? sides.AcquireReadAsync() : sides.AcquireWriteAsync()));
            }
            else
            {
                holds.Push(await (letter == 'R' ? reentrant.AcquireAsync() : scope.CreateLock(name).AcquireAsync()));
            }

            way = ' ';
        }

        while (holds.TryPop(out Hold hold))
        {
            hold.Release();
        }
    }

    public static async Task TogetherAsync(ILock one, ILock other)
    {
        using Hold first = await one.AcquireAsync();
        using Hold second = await other.AcquireAsync();
    }

    /// <summary>Two branches of one flow: one acquires and releases while the other holds.</summary>
    public static async Task BesideAsync(ILock first, ILock one, ILock other)
    {
        using Hold mine = await first.AcquireAsync();
        var end = new TaskCompletionSource();
        Task holding = HoldAsync();
        (await other.AcquireAsync()).Release();
        end.SetResult();
        await holding;

        async Task HoldAsync()
        {
            using Hold hold = await one.AcquireAsync();
            await end.Task;
        }
    }

    /// <summary>A flow holds one lock, and a method that it awaits acquires the other, when that gets free.</summary>
    public static async Task WithinAsync(ILock one, ILock other)
    {
        Hold before = other.Acquire();
        Task within = OuterAsync();
        before.Release();
        await within;

        async Task OuterAsync()
        {
            using Hold hold = await one.AcquireAsync();
            await InnerAsync();
        }

        async Task InnerAsync()
        {
            using Hold hold = await other.AcquireAsync();
        }
    }

    public static void Together(ILock one, ILock other)
    {
        using Hold first = one.Acquire();
        using Hold second = other.Acquire();
    }

    /// <summary>Two locks made in one place, one under the other.</summary>
    public static void Nest(int outer, int inner, bool isNested)
    {
        using var scope = ThreadScope.Create();
        ILock[] locks = [.. Enumerable.Range(0, 2).Select(_ => scope.CreateLock())];
        using Hold first = isNested && outer > 0 ? locks[outer].Nested(outer).Acquire() : locks[outer].Acquire();
        using Hold second = isNested && inner > 0 ? locks[inner].Nested(inner).Acquire() : locks[inner].Acquire();
    }

    /// <summary>The same by flows.</summary>
    public static async Task NestAsync(int outer, int inner, bool isNested)
    {
        using var scope = ThreadScope.Create();
        ILock[] locks = [.. Enumerable.Range(0, 2).Select(_ => scope.CreateLock())];
        using Hold first = await (isNested && outer > 0 ? locks[outer].Nested(outer).AcquireAsync() : locks[outer].AcquireAsync());
        using Hold second = await (isNested && inner > 0 ? locks[inner].Nested(inner).AcquireAsync() : locks[inner].AcquireAsync());
    }

    private static Hold Acquire(ILock gate, char way)
    {
        Hold hold;
        bool isThere = way switch
        {
            '?' => gate.TryAcquire(out hold),
            '~' => gate.TryAcquire(TimeSpan.FromMinutes(1), out hold),
            _ => (hold = gate.Acquire()).IsHeld,
        };
        return isThere ? hold : throw new InvalidOperationException($"{gate.Name} is not free.");
    }
}
