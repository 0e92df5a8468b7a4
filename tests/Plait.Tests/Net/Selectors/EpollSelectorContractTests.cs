using Plait.Net.Selectors;

namespace Plait.Tests.Net.Selectors;

/// <summary>The contract of selectors, kept by <see cref="EpollSelector"/>.</summary>
public sealed class EpollSelectorContractTests : SelectorContract
{
    protected override Selector Create() => new EpollSelector();
}
