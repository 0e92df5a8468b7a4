using Plait.Processes;

namespace Plait.Cli.Chapters.Queues;

/// <summary>What others see of the till.</summary>
[ManagedContract]
internal interface ITill
{
    int Pid { get; }

    int Sum { get; }

    void Take(int amount);

    void Pay(int amount);
}

internal sealed class Till : ITill
{
    public int Pid => Environment.ProcessId;

    public int Sum { get; private set; }

    public void Take(int amount) => Sum += amount;

    public void Pay(int amount) => Sum = amount <= Sum ? Sum - amount : throw new InvalidOperationException($"The till has {Sum}, not {amount}.");
}
