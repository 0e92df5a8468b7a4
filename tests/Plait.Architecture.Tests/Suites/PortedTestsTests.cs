using Xunit;

namespace Plait.Architecture.Tests.Suites;

public sealed class PortedTestsTests
{
    private const string Header = "# Ported\n\n| peer | theirs | ours |\n|---|---|:--|\n";

    private static readonly SourceFile[] s_samples =
    [
        new("tests/A.cs", "public abstract class LockSuite { [Fact] public void Acquire_Free_Returns() { } public void Plain_Method_Here() { } }"),
        new("tests/B.cs", "public sealed class ThreadLockTests(int x) : Suites.LockSuite(x), IDisposable { [ServiceTheory] public void Release_Twice_Throws() { } }"),
    ];

    [Fact]
    public void Violations_OfThisTree_AreNone()
    {
        var page = Repository.TryFind(PortedTests.Page);

        Assert.True(page is not null, $"{PortedTests.Page} is missing: it lists every peer test with ours, or with the reason why there is none");
        Verdict.None(PortedTests.Violations(page, TestMethods.Names(Repository.CSharp("tests"))));
    }

    [Theory]
    [InlineData("| cpython | test_lock | LockSuite.Acquire_Free_Returns |")]
    [InlineData("| cpython | test_lock | `ThreadLockTests.Acquire_Free_Returns`, `ThreadLockTests.Release_Twice_Throws` |")]
    [InlineData("| cpython | a \\| b | not ported: the GIL has no counterpart here |")]
    public void Violations_OfARowThatHolds_AreNone(string row) => Verdict.None(Judge(Header + row));

    [Theory]
    [InlineData("| cpython | test_lock | LockSuite.Acquire_Held_Waits |", "no test is called 'LockSuite.Acquire_Held_Waits'")]
    [InlineData("| cpython | test_lock | LockSuite.Plain_Method_Here |", "no test is called")]
    [InlineData("| cpython | test_lock | LockSuite.Acquire_Free_Returns, Gone.A_B_C |", "'Gone.A_B_C'")]
    [InlineData("| cpython | test_lock | not ported: later |", "gives no reason")]
    [InlineData("| cpython | test_lock | |", "3 filled cells")]
    [InlineData("| cpython | test_lock |", "3 filled cells")]
    public void Violations_OfARowThatPromisesNothing_SaySo(string row, string expected) => Verdict.One(Judge(Header + row), expected);

    [Fact]
    public void Violations_OfARepeatedRow_NameTheSecond() => Verdict.One(
        Judge(Header + "| go | TestA | LockSuite.Acquire_Free_Returns |\n| go | TestA | not ported: the same thing once more |"), "tests/ported.md:6");

    [Theory]
    [InlineData("# Ported\n", "has no table")]
    [InlineData("| theirs | ours |\n|---|---|\n", "has the header")]
    public void Violations_OfAPageWithoutTheTable_AskForIt(string text, string expected) => Verdict.One(Judge(text), expected);

    private static IEnumerable<string> Judge(string page) => PortedTests.Violations(new(PortedTests.Page, page), TestMethods.Names(s_samples));
}
