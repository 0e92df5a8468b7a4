using Microsoft.CodeAnalysis;
using Xunit;

namespace Plait.Generators.Tests;

/// <summary>What the generator writes, and what it refuses.</summary>
public sealed class ContractGeneratorTests
{
    [Fact]
    public void Contract_WithEverythingThatCanBeRemoted_Compiles()
    {
        Generation generation = Generation.Of(
            """
            namespace Shop;

            [ManagedContract]
            public interface IShop : IDisposable
            {
                int Count { get; }
                string? Name { get; set; }
                int Secret { set; }
                (int A, string? B) this[int @class, string? key] { get; set; }
                void Open();
                int[]? Sell(int? amount, params string[] names);
                Task CloseAsync(CancellationToken cancellationToken = default);
                Task<List<string?>> ListAsync();
                ValueTask LaterAsync();
                ValueTask<IShop?> NextAsync(IShop other);
                nint @event(DateTime when = default);
                dynamic? Anything(object? value);
                int Twice(int value) => value * 2;
                T Generic<T>(T value) => value;
                static int Version => 3;
            }
            """);

        generation.ShouldCompile();
        Assert.Contains("ManagedContractImplementation(typeof(global::Shop.IShop), typeof(global::Plait.Generated.Shop_IShop_Contract))", generation.Source);
        Assert.DoesNotContain("Twice", generation.Source);
        Assert.DoesNotContain("Generic<", generation.Source);
        Assert.DoesNotContain("Dispose", generation.Source);
    }

    [Fact]
    public void Contract_WithTypeParameters_RepeatsTheirConstraints()
    {
        Generation generation = Generation.Of(
            """
            [ManagedContract]
            interface IStore<TKey, TValue, TRow, TOther, TLast>
                where TKey : notnull, IComparable<TKey>
                where TValue : class?
                where TRow : struct
                where TOther : class, new()
                where TLast : unmanaged
            {
                TValue? Get(TKey key);
                void Put(TKey key, TValue value, TRow? row, TOther other, TLast last);
            }
            """);

        generation.ShouldCompile();
        Assert.Contains("typeof(global::IStore<,,,,>)", generation.Source);
    }

    [Fact]
    public void Contract_ThatExtendsOthers_RemotesTheirMembersToo()
    {
        Generation generation = Generation.Of(
            """
            interface IBase { int Get(); int Both(); }
            interface IOther { int Both(); }

            [ManagedContract]
            interface IAll : IBase, IOther, IReadOnlyCollection<int>
            {
                int[] ToArray();
                IEnumerator<int> IEnumerable<int>.GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();
                System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => ToArray().GetEnumerator();
            }
            """);

        generation.ShouldCompile();
        Assert.Contains("int global::IBase.@Get()", generation.Source);
        Assert.Contains("int global::IBase.@Both()", generation.Source);
        Assert.Contains("int global::IOther.@Both()", generation.Source);
        Assert.Contains("int global::System.Collections.Generic.IReadOnlyCollection<int>.@Count", generation.Source);
        Assert.DoesNotContain("GetEnumerator", generation.Source);
    }

    [Fact]
    public void Contract_NestedInAClass_Compiles() =>
        Generation.Of("public static class Outer { public partial class Inner { [ManagedContract] internal interface IDeep { int Get(); } } }").ShouldCompile();

    [Fact]
    public void Contracts_OfOneNameInTwoPlaces_Compile() =>
        Generation.Of("namespace A { [ManagedContract] interface I { int Get(); } } namespace B { [ManagedContract] interface I { int Get(); } [ManagedContract] interface I<T> { T Get(); } }").ShouldCompile();

    [Fact]
    public void Contract_WithoutTheAttribute_GeneratesNothing() => Assert.Empty(Generation.Of("interface IPlain { event Action Changed; }").ShouldCompile().Source);

    [Theory]
    [InlineData("event Action Changed;", "PLAIT001", "Changed")]
    [InlineData("void Get(out int value);", "PLAIT002", "Get")]
    [InlineData("void Get(ref int value);", "PLAIT002", "Get")]
    [InlineData("void Get(in int value);", "PLAIT002", "Get")]
    [InlineData("T Get<T>();", "PLAIT003", "Get")]
    [InlineData("void Get(Span<int> value);", "PLAIT004", "Get")]
    [InlineData("ReadOnlySpan<byte> Get();", "PLAIT004", "Get")]
    [InlineData("unsafe void Get(int* value);", "PLAIT004", "Get")]
    [InlineData("unsafe delegate*<int, void> Get();", "PLAIT004", "Get")]
    [InlineData("unsafe int*[] Get();", "PLAIT004", "Get")]
    [InlineData("ref int Get();", "PLAIT004", "Get")]
    [InlineData("ReadOnlySpan<byte> Bytes { get; }", "PLAIT004", "Bytes")]
    [InlineData("static abstract int Get();", "PLAIT005", "Get")]
    [InlineData("IAsyncEnumerable<int> Get();", "PLAIT007", "Get")]
    [InlineData("IEnumerator<int> Get();", "PLAIT007", "Get")]
    [InlineData("Task<Task<int>> Get();", "PLAIT007", "Get")]
    [InlineData("Task<IAsyncEnumerable<int>> Get();", "PLAIT007", "Get")]
    [InlineData("int Value { get; init; }", "PLAIT008", "Value")]
    public void Member_ThatCannotBeRemoted_IsAnErrorAtItsDeclaration(string member, string id, string name)
    {
        (string Id, string Message, string At) finding = Generation.OnlyFinding($"[ManagedContract] interface ITest {{ int Fine(int a); {member} }}");

        Assert.Equal((id, name), (finding.Id, finding.At));
        Assert.Contains($"ITest.{name}", finding.Message);
    }

    [Theory]
    [InlineData("class Outer { [ManagedContract] private interface ITest { int Get(); } }")]
    [InlineData("class Outer<T> { [ManagedContract] public interface ITest { T Get(); } }")]
    [InlineData("[ManagedContract] file interface ITest { int Get(); }")]
    public void Contract_ThatGeneratedCodeCannotName_IsAnError(string program)
    {
        (string Id, string Message, string At) finding = Generation.OnlyFinding(program);

        Assert.Equal(("PLAIT006", "ITest"), (finding.Id, finding.At));
    }

    [Fact]
    public void Member_OfAnInterfaceElsewhere_IsAnErrorAtTheContract()
    {
        (string Id, string Message, string At) finding = Generation.OnlyFinding("[ManagedContract] interface ITest : System.ComponentModel.INotifyPropertyChanged;");

        Assert.Equal(("PLAIT001", "ITest"), (finding.Id, finding.At));
        Assert.Contains("PropertyChanged", finding.Message);
    }

    [Fact]
    public void Contract_WithSeveralFaults_NamesEach()
    {
        Generation generation = Generation.Of("[ManagedContract] interface ITest { event Action A; T B<T>(ref T value, out int other); }");

        Assert.Equal(["PLAIT001", "PLAIT002", "PLAIT002", "PLAIT003"], generation.Findings.Select(static finding => finding.Id).Order());
    }

    [Fact]
    public void Fingerprint_OfChangedMethods_Changes()
    {
        string[] contracts = ["int A(int x); int B(int x);", "int B(int x); int A(int x);", "int A(long x); int B(int x);", "long A(int x); int B(int x);"];
        string[] sources =
        [
            .. contracts
                .Select(static members => Generation.Of($"[ManagedContract] interface ITest {{ {members} }}").ShouldCompile().Source)
                .Select(static source => source[source.IndexOf("Fingerprint =>", StringComparison.Ordinal)..].Split(';')[0]),
        ];

        Assert.Equal(4, sources.Distinct().Count());
    }

    [Fact]
    public void Edit_ElsewhereInTheFile_WritesNothingAnew()
    {
        Generation generation = Generation.Of("[ManagedContract] interface ITest { int Get(); }\nclass Other { int F() => 1; }");

        Assert.All(generation.After(static text => text.Replace("=> 1", "=> 2")), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.Contains(IncrementalStepRunReason.Modified, generation.After(static text => text.Replace("int Get()", "long Get()")));
    }
}
