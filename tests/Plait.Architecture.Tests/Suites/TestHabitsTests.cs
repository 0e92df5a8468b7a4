using Xunit;

namespace Plait.Architecture.Tests.Suites;

public sealed class TestHabitsTests
{
    [Fact]
    public void Names_OfThisTree_AreMethodStateResult()
    {
        var files = Repository.CSharp("tests").ToArray();

        Assert.NotEmpty(TestMethods.Names(files));
        Verdict.None(TestHabits.Names(files));
    }

    [Fact]
    public void Sleeps_OfThisTree_AreNone() => Verdict.None(TestHabits.Sleeps(Repository.CSharp("tests")));

    [Theory]
    [InlineData("[Fact] public void Acquires() { }")]
    [InlineData("[Theory, InlineData(1)] public void Acquire_Works(int i) { }")]
    [InlineData("[Xunit.FactAttribute] public void Acquire_When_Free_Works() { }")]
    [InlineData("[NeedsBrokerFact] public void acquire_free_works() { }")]
    [InlineData("[Fact] public void Acquire__Works() { }")]
    public void Names_OfAnUnclearName_AreReported(string member) => Verdict.One(TestHabits.Names([Class(member)]), "is not Method_State_Result");

    [Fact]
    public void Names_OfAGoodNameAndOfAnOrdinaryMethod_AreNotReported() =>
        Verdict.None(TestHabits.Names([Class("[Fact] public void TryAcquire_HeldFor2Seconds_IsFalse() { } void Anything() { }")]));

    [Theory]
    [InlineData("void A() => Thread.Sleep(1);")]
    [InlineData("void A() => System.Threading.Thread.Sleep(1);")]
    [InlineData("Task A() => Task.Delay(1);")]
    [InlineData("Task A() => global::System.Threading.Tasks.Task.Delay(1);")]
    public void Sleeps_OfATestThatPassesTime_AreReported(string member) => Verdict.One(TestHabits.Sleeps([Class(member)]), "in a test");

    [Theory]
    [InlineData("using static System.Threading.Thread;")]
    [InlineData("using T = System.Threading.Tasks.Task;")]
    public void Sleeps_OfAHiddenName_AreReported(string directive) => Verdict.One(TestHabits.Sleeps([new("tests/A.cs", directive)]), directive);

    [Fact]
    public void Sleeps_OfWordsInStringsAndComments_AreNone() => Verdict.None(TestHabits.Sleeps([Class("// Thread.Sleep(1)\nstring A => \"Task.Delay(1)\";")]));

    private static SourceFile Class(string member) => new("tests/A.cs", "public sealed class A { " + member + " }");
}
