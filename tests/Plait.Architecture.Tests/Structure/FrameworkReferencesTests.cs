using System.Reflection;
using Xunit;

namespace Plait.Architecture.Tests.Structure;

public sealed class FrameworkReferencesTests
{
    [Fact]
    public void Violations_OfPlait_AreNone() => Verdict.None(FrameworkReferences.Violations(Assembly.Load("Plait")));

    [Fact]
    public void Violations_OfThisTestAssembly_NameItsPackages()
    {
        string[] found = [.. FrameworkReferences.Violations(typeof(FrameworkReferencesTests).Assembly)];

        Assert.Contains(found, text => text.Contains("xunit.v3.core", StringComparison.Ordinal));
        Assert.DoesNotContain(found, text => text.Contains("System.Runtime", StringComparison.Ordinal));
    }
}
