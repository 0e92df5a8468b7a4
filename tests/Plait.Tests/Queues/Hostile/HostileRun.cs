using System.Diagnostics;
using Plait.Memory;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Synchronization;

namespace Plait.Tests.Queues.Hostile;

/// <summary>
/// What a process of its own does with queues in hostile memory: rounds of changes and uses. Each has a seed of its own; the memory is put back as it was
/// before every fourth. Where it is is written where the test finds it, should this process crash or hang.
/// </summary>
internal sealed unsafe class HostileRun
{
    /// <summary>Rounds from one time that the memory is put back to the next.</summary>
    public const int Group = 4;

    // Indices of the numbers.
    public const int Round = 0;
    public const int Step = 1;
    public const int PreyAt = 2;
    public const int Flips = 3;
    public const int Refusals = 4;
    public const int Steps = 5;

    // More than the whole heap: a length that was taken from the memory and believed.
    private const long MostBytes = 32L << 20;
    private const int MostFaults = 40;

    private readonly HostileMemory _memory = new();
    private readonly Prey[] _preys;
    private readonly HostilePeer _peer;
    private readonly Numbers _numbers;
    private readonly Dictionary<string, string> _faults = [];
    private Prey _prey;
    private int _round;

    private HostileRun(Numbers numbers)
    {
        _numbers = numbers;
        _preys = Preys();
        foreach (Prey prey in _preys)
        {
            prey.Make(_memory);
        }

        _peer = new HostilePeer(_memory, _preys);
        _peer.Bereave();
        _memory.Keep();
        _prey = _preys[0];
    }

    /// <summary>Rounds in which the memory changes between uses.</summary>
    /// <returns>What was not as it should be; empty when all was.</returns>
    public static string Between(string numbers, int seed, int first, int rounds)
    {
        using var progress = new Numbers(numbers);
        var run = new HostileRun(progress);
        for (int round = first; round < first + rounds; round++)
        {
            run.OneRound(seed, round);
        }

        return string.Join(Environment.NewLine, run._faults.Values);
    }

    /// <summary>Rounds in which it changes to and fro during the uses, by another thread.</summary>
    /// <inheritdoc cref="Between"/>
    public static string During(string numbers, int seed, int first, int rounds)
    {
        using var progress = new Numbers(numbers);
        var run = new HostileRun(progress);
        using var writer = new HostileWriter();
        for (int round = first; round < first + rounds; round++)
        {
            run.OneRound(seed, round, writer);
        }

        return string.Join(Environment.NewLine, run._faults.Values);
    }

    /// <summary>What the number of a step means.</summary>
    public static string Describe(int step) => s_steps.FirstOrDefault(known => HashOf(known) == step) ?? $"step {step}";

    private static readonly string[] s_steps =
    [
        "open", "open by name", "TryPut", "TryGet", "TryPeek", "TryPutMany", "TryGetMany", "counts", "TaskDone", "Join", "TryGet for a moment", "TryPut for a moment", "Join for a moment",
        "Shutdown", "Shutdown at once", "drain", "TryBorrow", "look at the loan", "give the loan back", "Reserve", "Commit", "give the reservation back", "TryGet of a buffer", "TryPut of a buffer",
        "TryLease", "Complete", "give the lease back", "TryLease for a moment", "bury in queues", "bury in the heap", "bury all", "allocate", "close",
    ];

    private static int HashOf(string step)
    {
        int hash = 17;
        foreach (char letter in step)
        {
            hash = unchecked((hash * 31) + letter);
        }

        return hash;
    }

    private static Prey[] Preys()
    {
        var small = new QueueOptions { ItemBytes = 40 };
        return
        [
            new Prey<int>("spsc", static (memory, name) => memory.Scope.CreateQueue<int>(16, name, new QueueOptions { SingleProducer = true, SingleConsumer = true })),
            new Prey<int>("mpsc", static (memory, name) => memory.Scope.CreateQueue<int>(16, name, new QueueOptions { SingleConsumer = true })),
            new Prey<Reading>("mpmc", static (memory, name) => memory.Scope.CreateQueue<Reading>(16, name)),
            new Prey<int>("growing", static (memory, name) => memory.Scope.CreateQueue<int>(Capacity.Unbounded, name)),
            new Prey<string>("strings", (memory, name) => memory.Scope.CreateQueue<string>(16, name, small)),
            new Prey<Letter>("letters", static (memory, name) => memory.Scope.CreateQueue<Letter>(Capacity.Unbounded, name)),
            new Prey<Reading>("lifo", static (memory, name) => memory.Scope.CreateLifoQueue<Reading>(16, name)),
            new Prey<Letter>("lifo letters", (memory, name) => memory.Scope.CreateLifoQueue<Letter>(Capacity.Unbounded, name, small)),
            new Prey<int>("priority", static (memory, name) => memory.Scope.CreatePriorityQueue<int>(Items.Priority, 16, name), Items.Priority),
            new Prey<Letter>("priority letters", (memory, name) => memory.Scope.CreatePriorityQueue<Letter>(Items.Priority, Capacity.Unbounded, name, small), Items.Priority),
            new Prey<double[]>("arrays", static (memory, name) => memory.Scope.CreateQueue<double[]>(Capacity.Unbounded, name)),
            new Prey<byte[]>("lifo arrays", static (memory, name) => memory.Scope.CreateLifoQueue<byte[]>(16, name)),
            new BufferPrey("buffers", static (memory, name) => memory.Scope.CreateBufferQueue<double>(16, name)),
            new LeasePrey<Letter>("leases", static (memory, name) => memory.Scope.CreateLeaseQueue<Letter>(16, name)),
            new LeasePrey<double[]>("leased arrays", static (memory, name) => memory.Scope.CreateLeaseQueue<double[]>(Capacity.Unbounded, name)),
        ];
    }

    private void OneRound(int seed, int round, HostileWriter? writer = null)
    {
        if (round % Group == 0 || writer is not null)
        {
            _memory.PutBack();
        }

        var random = new Random(unchecked((seed * 1_000_003) + round));
        _round = round;
        _numbers[Round] = round;
        int at = random.Next(_preys.Length);
        _numbers[PreyAt] = at;
        _prey = _preys[at];
        Attempt("open", () => _prey.Open(_memory, byName: false));
        for (int flips = random.Next(1, 5); flips > 0; flips--)
        {
            Flip(random, writer);
        }

        writer?.Begin();
        for (int uses = writer is null ? random.Next(4, 9) : random.Next(30, 60); uses > 0; uses--)
        {
            Use(random);
            if (random.Next(4) == 0 && writer is null)
            {
                Flip(random, writer);
            }
        }

        writer?.End();
        Attempt("close", _prey.Close);
    }

    private void Flip(Random random, HostileWriter? writer)
    {
        _numbers[Flips]++;
        if (writer is null)
        {
            _peer.Flip(_prey, random);
        }
        else
        {
            writer.Add(_peer.Toggle(_prey, random));
        }
    }

    private void Use(Random random)
    {
        int what = random.Next(40);
        switch (what)
        {
            case 0:
                Attempt("open", () => _prey.Open(_memory, byName: false));
                break;
            case 1:
                Attempt("open by name", () => _prey.Open(_memory, byName: true));
                break;
            case 2:
                Attempt("bury in queues", () => QueueRecovery.Bury(_memory.Memory, HostilePeer.Participant(1)));
                break;
            case 3:
                Attempt("bury in the heap", () => _memory.Memory.Heap.Bury(HostilePeer.Participant((uint)random.Next(1, 4))));
                break;
            case 4 when random.Next(4) == 0:
                Attempt("bury all", _memory.Memory.Liveness.SweepAll);
                break;
            case 5:
                Attempt("allocate", () => Allocate(random.Next(20_000)));
                break;
            case 6 or 7:
                _peer.DieInside(_prey, random);
                _prey.Act(random.Next(4), random, Attempt);
                break;
            default:
                _prey.Act(random.Next(1000), random, Attempt);
                break;
        }
    }

    private void Allocate(int bytes)
    {
        HeapBlock* block = _memory.Memory.Heap.Allocate(bytes);
        new Span<byte>(SharedHeap.Data(block), bytes).Fill(1);
        _memory.Memory.Heap.Free(block);
    }

    private void Attempt(string what, Action action)
    {
        _numbers[Step] = HashOf(what);
        _numbers[Steps]++;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            action();
        }
        catch (Exception error)
        {
            _numbers[Refusals]++;
            if (!IsDocumented(error, what))
            {
                Note($"{what}, {error.GetType().Name} {Frame(error)}", $"{error}");
            }
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MostBytes)
        {
            Note($"{what}, bytes", $"{allocated:N0} bytes were allocated");
        }
    }

    private static bool IsDocumented(Exception error, string what) => error switch
    {
        InvalidDataException or ScopeCapacityException or QueueShutdownException => true,
        InvalidOperationException => what is "TaskDone" && error.GetType() == typeof(InvalidOperationException),
        OperationCanceledException => what == "Commit",
        ArgumentException named => (what == "open by name" && named.ParamName == "name") || (what == "TryGet of a buffer" && named.ParamName == "destination"),
        _ => false,
    };

    private void Note(string key, string text)
    {
        if (_faults.Count < MostFaults && !_faults.ContainsKey(key))
        {
            _faults[key] = $"round {_round}, {_prey.Name}, {key}: {text}";

            // At once as well: it may hang because of this.
            Console.Error.WriteLine(_faults[key]);
        }
    }

    private static string Frame(Exception error) => new StackTrace(error).GetFrame(0)?.GetMethod() is { } method ? $"{method.DeclaringType?.Name}.{method.Name}" : "";
}
