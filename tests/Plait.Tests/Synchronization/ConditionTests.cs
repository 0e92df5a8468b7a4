using Plait.Synchronization;

namespace Plait.Tests.Synchronization;

public sealed class ThreadScopeConditionTests() : ConditionContract(Setting.Threads);

public sealed class ConditionBetweenProcessesTests() : ConditionContract(Setting.Processes);

public sealed class ConditionBetweenThreadsAndProcessesTests() : ConditionContract(Setting.Mixed);

/// <summary>The contract of conditions over locks that are not reentrant.</summary>
public abstract class PlainConditionContract : ConditionContract
{
    private protected PlainConditionContract(Setting setting)
        : base(setting)
    {
    }

    private protected override ILock CreateLock() => Scope.CreateLock();
}

public sealed class ThreadScopePlainConditionTests() : PlainConditionContract(Setting.Threads);

public sealed class PlainConditionBetweenThreadsAndProcessesTests() : PlainConditionContract(Setting.Mixed);
