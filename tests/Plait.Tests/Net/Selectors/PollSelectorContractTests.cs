using Plait.Net.Selectors;

namespace Plait.Tests.Net.Selectors;

/// <summary>The contract of selectors, kept by <see cref="PollSelector"/>.</summary>
public sealed class PollSelectorContractTests : SelectorContract
{
    protected override Selector Create() => new PollSelector();
}
