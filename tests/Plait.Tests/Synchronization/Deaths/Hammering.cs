using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;
using Plait.Tests.Processes.Deaths;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// A process that uses all primitives at once, by threads and by a flow, until it is told to stop or is killed. What it is inside of it
/// writes down in numbers that do not depend on the primitives.
/// </summary>
internal sealed class Hammering(string path, string ledger, int slot, int seed)
{
    public const int Stop = 0;
    public const int Errors = 1;
    public const int Proven = 2;
    public const int Chained = 3;
    public const int Unproven = 4;
    public const int Entries = 5;
    public const int Permits = 3;

    private const int FirstOwner = 10;
    private const int FirstSlot = 40;
    private const int Units = 3;

    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(1);

    private readonly ProcessScope _scope = Ground.Join(path);
    private readonly Numbers _numbers = new(ledger);

    // The first four are exclusive; writing is the fourth.
    private ILock Plain => (ILock)_scope.Attach(1);

    private ILock Strict => (ILock)_scope.Attach(2);

    private IReentrantLock Reentrant => (IReentrantLock)_scope.Attach(3);

    private IReaderWriterLock Gate => (IReaderWriterLock)_scope.Attach(4);

    private ISemaphore Semaphore => (ISemaphore)_scope.Attach(5);

    private ISemaphore Bounded => (ISemaphore)_scope.Attach(6);

    private IEvent Manual => (IEvent)_scope.Attach(7);

    private IEvent Automatic => (IEvent)_scope.Attach(8);

    private ICountdown Countdown => (ICountdown)_scope.Attach(9);

    private IBarrier Barrier => (IBarrier)_scope.Attach(10);

    private IOnce Once => (IOnce)_scope.Attach(11);

    private ICondition Condition => (ICondition)_scope.Attach(13);

    /// <summary>How often the units of a slot have done anything.</summary>
    public static int OperationsOf(Numbers numbers, int slot) => numbers[FirstSlot + slot];

    public static void ResetSlot(Numbers numbers, int slot) => numbers[FirstSlot + slot] = 0;

    /// <summary>In a process of its own, which is to be killed.</summary>
    public static int Run(string path, string ledger, int slot, int seed)
    {
        new Hammering(path, ledger, slot, seed).Work();
        return slot;
    }

    /// <summary>In a process of its own, which makes everything, works like the others, and sees at the end what is left. What is wrong, and figures.</summary>
    public static string[] Keep(string path, string ledger, int slot, int seed)
    {
        var hammering = new Hammering(path, ledger, slot, seed);
        hammering.Make();
        hammering.Work();
        return hammering.Settle();
    }

    private void Make()
    {
        _scope.CreateLock();
        _scope.CreateLock(options: new LockOptions { IsStrict = true });
        _scope.CreateReentrantLock();
        _scope.CreateReaderWriterLock();
        _scope.CreateSemaphore(Permits);
        _scope.CreateBoundedSemaphore(Permits, Permits);
        _scope.CreateEvent();
        _scope.CreateEvent(mode: EventMode.Auto);
        _scope.CreateCountdown(2);
        _scope.CreateBarrier(2);
        _scope.CreateOnce();
        _scope.CreateCondition();
        _ = _numbers.Add(FirstSlot + slot);
    }

    private void Work()
    {
        var threads = new Thread[Units - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int unit = i;
            threads[i] = new Thread(() =>
            {
                var random = new Random(seed + unit);
                Repeat(() => Do(random, unit));
                Agents.EndThread();
            });
            threads[i].Start();
        }

        var randomOfFlow = new Random(seed + Units);
        Task.Run(async () =>
        {
            while (_numbers[Stop] == 0)
            {
                await DoAsync(randomOfFlow);
                _ = _numbers.Add(FirstSlot + slot);
            }
        }).GetAwaiter().GetResult();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private void Repeat(Action action)
    {
        while (_numbers[Stop] == 0)
        {
            try
            {
                action();
            }
            catch (BrokenBarrierException)
            {
                Barrier.Reset();
            }
            catch (Exception error)
            {
                Report($"{error}");
            }

            _ = _numbers.Add(FirstSlot + slot);
        }
    }

    private void Do(Random random, int unit)
    {
        switch (random.Next(14))
        {
            case 0 or 1:
                Inside(Enter(Plain), 0, unit, random);
                break;
            case 2:
                Inside(Enter(Strict), 1, unit, random);
                break;
            case 3:
                Hold outer = Enter(Reentrant);
                Enter(Reentrant).Release();
                Inside(outer, 2, unit, random);
                break;
            case 4:
                Inside(Gate.TryAcquireWrite(Waits.Hang, out Hold writing) ? writing : Stuck("to write"), 3, unit, random);
                break;
            case 5:
                Hold reading = Gate.TryAcquireRead(Waits.Hang, out Hold read) ? read : Stuck("to read");
                CheckNobodyAlive(3);
                reading.Release();
                break;
            case 6:
                Hold permit = Semaphore.TryAcquire(Waits.Hang, out Hold one) ? one : Stuck("for a permit");
                (random.Next(4) == 0 ? permit.HandOver() : permit).Release();
                break;
            case 7:
                (Bounded.TryAcquire(s_short, out Hold bounded) ? bounded : default).Dispose();
                break;
            case 8:
                Manual.Set();
                Manual.Wait(s_short);
                Manual.Reset();
                break;
            case 9:
                Automatic.Set();
                Automatic.Wait(s_short);
                break;
            case 10:
                _ = Countdown.TryAddCount() || Countdown.Wait(s_short);
                Countdown.Reset(2);
                Countdown.Signal();
                break;
            case 11:
                Barrier.Wait(s_short);
                break;
            case 12:
                Hold hold = Enter(Condition.Lock);
                Condition.Notify(hold);
                Condition.Wait(hold, s_short);
                hold.Release();
                break;
            default:
                try
                {
                    Once.Run(static () => throw new OperationCanceledException());
                }
                catch (OperationCanceledException)
                {
                    // It is to stay undone.
                }

                break;
        }
    }

    private async Task DoAsync(Random random)
    {
        try
        {
            switch (random.Next(5))
            {
                case 0:
                    Inside(await Plain.AcquireAsync().AsTask().WaitAsync(Waits.Hang), 0, Units - 1, random);
                    break;
                case 1:
                    Inside(await Strict.AcquireAsync().AsTask().WaitAsync(Waits.Hang), 1, Units - 1, random);
                    break;
                case 2:
                    (await Semaphore.AcquireAsync().AsTask().WaitAsync(Waits.Hang)).Release();
                    break;
                case 3:
                    await Automatic.WaitAsync(s_short);
                    break;
                default:
                    Hold hold = await Condition.AcquireAsync().AsTask().WaitAsync(Waits.Hang);
                    await Condition.WaitAsync(hold, s_short);
                    hold.Release();
                    break;
            }
        }
        catch (Exception error)
        {
            Report($"{error}");
        }
    }

    private Hold Enter(ILock gate) => gate.TryAcquire(Waits.Hang, out Hold hold) ? hold : Stuck($"for {gate}");

    private Hold Stuck(string what)
    {
        Report($"A wait {what} went on for {Waits.Hang}.");
        return default;
    }

    // Who died in here without a way out is still in the book; so somebody must have been told.
    private void Inside(Hold hold, int number, int unit, Random random)
    {
        int before = _numbers[FirstOwner + number];
        int self = (Environment.ProcessId * Units) + unit;
        _ = _numbers.Add(Entries);
        if (hold.IsAbandoned)
        {
            int pid = hold.AbandonedBy?.Pid ?? 0;
            _ = _numbers.Add(before == 0 ? Unproven : before / Units == pid ? Proven : Chained);
            if (pid <= 0 || GoesOn(pid))
            {
                Report($"Lock {number} was said to be abandoned by {pid} ({hold.AbandonedBy}), which {(pid <= 0 ? "is nobody" : "is alive")}.");
            }
        }
        else if (before != 0 && number != 3)
        {
            Report($"Unit {before % Units} of process {before / Units} died inside of lock {number}, and the next one was not told.");
        }

        CheckNobodyAlive(number);
        _numbers[FirstOwner + number] = self;
        if (random.Next(4) == 0)
        {
            // Long enough for somebody to be killed in here now and then.
            Manual.Wait(s_short);
        }
        else
        {
            Thread.SpinWait(random.Next(200));
        }

        if (_numbers[FirstOwner + number] != self)
        {
            Report($"Somebody else is inside of lock {number}: {_numbers[FirstOwner + number]} beside {self}.");
        }

        _numbers[FirstOwner + number] = 0;
        (random.Next(8) == 0 ? hold.HandOver() : hold).Release();
    }

    private void CheckNobodyAlive(int number)
    {
        int inside = _numbers[FirstOwner + number];
        if (inside != 0 && GoesOn(inside / Units))
        {
            Report($"Process {inside / Units} is alive and inside of lock {number}, and somebody else came in.");
        }
    }

    // A process that is killed loses one thread after the other: what one of them had may be another's before all are gone. But then the
    // signal is there, or the end has begun; between the two is a moment with neither.
    private static bool GoesOn(int pid)
    {
        for (int i = 0; i < 20; i++)
        {
            if (!ProcFiles.IsAlive(pid) || ProcFiles.IsDying(pid))
            {
                return false;
            }

            Thread.Yield();
        }

        return true;
    }

    private void Report(string text)
    {
        if (_numbers.Add(Errors) <= 20)
        {
            File.AppendAllText($"{ledger}.errors", $"{Environment.ProcessId}: {text}{Environment.NewLine}");
        }
    }

    private string[] Settle()
    {
        var random = new Random(seed);
        var wrong = new List<string>();
        _scope.Memory.Liveness.SweepAll();
        for (int i = 0; i < 2; i++)
        {
            Inside(Enter(Plain), 0, 0, random);
            Inside(Enter(Strict), 1, 0, random);
            Inside(Enter(Reentrant), 2, 0, random);
            Inside(Gate.TryAcquireWrite(Waits.Hang, out Hold writing) ? writing : Stuck("to write"), 3, 0, random);
            Enter(Condition.Lock).Release();
        }

        if ((Semaphore.CurrentCount, Bounded.CurrentCount, Gate.ReaderCount) != (Permits, Permits, 0))
        {
            wrong.Add($"{Semaphore.CurrentCount} and {Bounded.CurrentCount} of {Permits} permits are there, and {Gate.ReaderCount} readers are inside");
        }

        Barrier.Reset();
        Automatic.Reset();
        Agents.EndThread();
        wrong.AddRange(Audit.Of(_scope, mayBeClaimed: true, _scope.Memory.Own));
        SynchronizerStatistics[] statistics = [Plain.GetStatistics(), Strict.GetStatistics(), Reentrant.GetStatistics(), Gate.GetStatistics()];
        return [$"{_numbers[Entries]} entries, {string.Join("+", statistics.Select(static one => one.Abandonments))} abandonments, {_numbers[Proven]} told of what the book proves, {_numbers[Chained]} of a chain, {_numbers[Unproven]} of more", .. wrong];
    }
}
