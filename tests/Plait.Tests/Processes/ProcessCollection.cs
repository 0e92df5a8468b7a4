using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Tests of processes run one after another: each counts what this process owns when it ends.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessCollection
{
    public const string Name = "processes";
}
