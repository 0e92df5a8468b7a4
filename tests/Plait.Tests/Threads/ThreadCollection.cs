using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Tests of threads run one after another: they count threads, and set what the whole process has one of.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ThreadCollection
{
    public const string Name = "threads";
}
