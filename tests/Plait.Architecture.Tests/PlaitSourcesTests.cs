using Xunit;

namespace Plait.Architecture.Tests;

public sealed class PlaitSourcesTests
{
    [Fact]
    public void BindingErrors_OfThisTree_AreNone() => Verdict.None(PlaitSources.BindingErrors(PlaitSources.Compilation));

    [Fact]
    public void BindingErrors_OfAnUnknownType_NameIt() =>
        Verdict.One(PlaitSources.BindingErrors(PlaitSources.Compile([new("src/Plait/Memory/A.cs", "class A { Missing? f; }")])), "Missing");

    [Fact]
    public void Compilation_OfThisTree_HoldsEveryTypeOfTheBuiltAssembly()
    {
        // Guards against a compile that silently sees fewer files than the build did; compiler-made and generated types carry '<' or have no source, and those of
        // Plait's own generator a namespace of their own.
        var built = System.Reflection.Assembly.Load("Plait").GetTypes()
            .Where(type => !type.FullName!.Contains('<', StringComparison.Ordinal) && type.Namespace?.StartsWith("Plait", StringComparison.Ordinal) == true && type.Namespace != "Plait.Generated")
            .Select(type => type.FullName!);

        Verdict.None(built.Where(name => PlaitSources.Compilation.GetTypeByMetadataName(name) is null).Select(name => name + " is built but not found in src/Plait"));
    }
}
