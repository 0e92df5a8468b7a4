using Xunit;

namespace Plait.Architecture.Tests.Suites;

public sealed class ContractSuitesTests
{
    private static readonly SourceFile s_suite = new("tests/Plait.Tests/Execution/ExecutorContract.cs", "public abstract partial class ExecutorContract { }");
    private static readonly SourceFile s_source = new("src/Plait/Execution/A.cs", "public sealed class InlineExecutor : Things, IExecutor { }");

    [Fact]
    public void Violations_OfThisTree_AreNone() => Verdict.None(ContractSuites.Violations(Repository.CSharp("src"), Repository.CSharp("tests")));

    [Theory]
    [InlineData("public sealed class InlineExecutorContractTests : ExecutorContract { }")]
    [InlineData("public sealed class InlineExecutorContractTests(int x) : Suites.ExecutorContract(x), IDisposable { }")]
    [InlineData("public sealed class InlineExecutorContractTests : MoreExecutorContract { } public abstract class MoreExecutorContract : ExecutorContract { }")]
    public void Violations_OfAClassWithItsSuite_AreNone(string test) => Verdict.None(Judge(test));

    [Theory]
    [InlineData("public sealed class OtherContractTests : ExecutorContract { }")]
    [InlineData("public sealed class InlineExecutorContractTests { }")]
    [InlineData("public sealed class InlineExecutorContractTests : MoreExecutorContract { } public abstract class MoreExecutorContract : OtherContract { }")]
    [InlineData("// class InlineExecutorContractTests : ExecutorContract { }")]
    public void Violations_OfAClassWithoutItsSuite_NameIt(string test) => Verdict.One(Judge(test), "add InlineExecutorContractTests : ExecutorContract");

    [Fact]
    public void Violations_OfAClassBehindAnother_NameIt()
    {
        SourceFile source = new("src/Plait/Processes/A.cs", "public abstract class PooledExecutor : IExecutor { } public sealed class ProcessExecutor : PooledExecutor { }");

        Verdict.One(ContractSuites.Violations([source], [s_suite]), "add ProcessExecutorContractTests : ExecutorContract");
    }

    [Fact]
    public void Violations_OfAClassThatIsNoExecutor_AreNone() =>
        Verdict.None(ContractSuites.Violations([new("src/A.cs", "class A : IDisposable { } abstract class B : IExecutor { } interface IMore : IExecutor { }")], [s_suite]));

    [Fact]
    public void Violations_WithoutTheSuite_AskForIt() => Verdict.One(ContractSuites.Violations([s_source], []), "has no suite");

    private static IEnumerable<string> Judge(string test) => ContractSuites.Violations([s_source], [s_suite, new("tests/A.cs", test)]);
}
