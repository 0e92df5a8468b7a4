using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Xunit;

namespace Plait.Architecture.Tests.Structure;

public sealed class SealedByDefaultTests
{
    [Fact]
    public void Violations_OfPlait_AreNone() => Verdict.None(SealedByDefault.Violations(Assembly.Load("Plait").GetTypes(), DesignedForInheritance.Table));

    [Fact]
    public void Violations_OfAnOpenClass_NameIt() => Verdict.One(SealedByDefault.Violations([typeof(Open)], Listing()), "Open is open: seal it");

    [Fact]
    public void Violations_OfAListedOpenClass_AreNone() => Verdict.None(SealedByDefault.Violations([typeof(Open)], Listing((typeof(Open), "for this test"))));

    [Fact]
    public void Violations_OfAListedOpenClassWithoutAReason_AskForIt() =>
        Verdict.One(SealedByDefault.Violations([typeof(Open)], Listing((typeof(Open), " "))), "without a reason");

    [Fact]
    public void Violations_OfAListedSealedClass_AskToRemoveTheRow() =>
        Verdict.One(SealedByDefault.Violations([typeof(Closed)], Listing((typeof(Closed), "for this test"))), "remove its row");

    [Fact]
    public void Violations_OfSealedStaticAndAbstractClasses_AreNone() =>
        Verdict.None(SealedByDefault.Violations([typeof(Closed), typeof(Verdict), typeof(Stream), typeof(int)], Listing()));

    private static Dictionary<string, string> Listing(params (Type Type, string Reason)[] rows) =>
        rows.ToDictionary(row => row.Type.FullName!, row => row.Reason, StringComparer.Ordinal);

    [SuppressMessage("Performance", "CA1852", Justification = "The bad sample of this very rule.")]
    private class Open;

    private sealed class Closed;
}
