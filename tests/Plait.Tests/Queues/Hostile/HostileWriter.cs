namespace Plait.Tests.Queues.Hostile;

/// <summary>A thread that changes words to and fro while another uses what they belong to: what is looked at twice is seen to differ.</summary>
internal sealed unsafe class HostileWriter : IDisposable
{
    private readonly List<(nint Place, uint Own, uint Hostile)> _words = [];
    private readonly Thread _thread;
    private int _wanted;
    private int _isAt;

    public HostileWriter()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "hostile" };
        _thread.Start();
    }

    private const int Idle = 0;
    private const int Busy = 1;
    private const int Over = 2;

    /// <summary>One more word, while it is idle.</summary>
    public void Add((nint Place, uint Own, uint Hostile) word) => _words.Add(word);

    public void Begin() => Reach(Busy);

    /// <summary>The words are as they were, but for what others have written there.</summary>
    public void End()
    {
        Reach(Idle);
        _words.Clear();
    }

    public void Dispose()
    {
        Volatile.Write(ref _wanted, Over);
        _thread.Join();
    }

    private void Reach(int state)
    {
        Volatile.Write(ref _wanted, state);
        SpinWait.SpinUntil(() => Volatile.Read(ref _isAt) == state);
    }

    private void Run()
    {
        for (int wanted = Idle; wanted != Over; wanted = Volatile.Read(ref _wanted))
        {
            Volatile.Write(ref _isAt, wanted);
            if (wanted == Idle)
            {
                Thread.Yield();
                continue;
            }

            foreach ((nint place, uint own, uint hostile) in _words)
            {
                Volatile.Write(ref *(uint*)place, hostile);
                Thread.SpinWait(3);
                Volatile.Write(ref *(uint*)place, own);
            }
        }
    }
}
