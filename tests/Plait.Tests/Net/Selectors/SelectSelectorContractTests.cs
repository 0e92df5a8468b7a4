using Plait.Net.Selectors;

namespace Plait.Tests.Net.Selectors;

/// <summary>The contract of selectors, kept by <see cref="SelectSelector"/>.</summary>
public sealed class SelectSelectorContractTests : SelectorContract
{
    protected override Selector Create() => new SelectSelector();
}
