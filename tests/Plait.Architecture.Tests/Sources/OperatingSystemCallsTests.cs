using Xunit;

namespace Plait.Architecture.Tests.Sources;

public sealed class OperatingSystemCallsTests
{
    [Fact]
    public void Violations_OfThisTree_AreNone() => Verdict.None(OperatingSystemCalls.Violations(
        Repository.CSharp("src", "samples", "bench").Where(file => !file.Path.Contains("/peers/", StringComparison.OrdinalIgnoreCase))));

    [Theory]
    [InlineData("[LibraryImport(\"libc\")] static partial int getpid();")]
    [InlineData("[System.Runtime.InteropServices.DllImportAttribute(\"libc\")] static int Pid() => 0;")]
    [InlineData("static nint M() => NativeLibrary.Load(\"libc\");")]
    [InlineData("static unsafe delegate* unmanaged<int> s_pointer;")]
    [InlineData("static unsafe delegate* unmanaged[Cdecl, SuppressGCTransition]<int> s_pointer;")]
    [InlineData("[UnmanagedCallersOnly] static void OnSignal() { }")]
    [InlineData("static extern int Pid();")]
    public void Violations_OfANativeCallElsewhere_NameThePlace(string member)
    {
        string text = "namespace Plait.Memory; partial class A { " + member + " }";

        Verdict.One(OperatingSystemCalls.Violations([new("src/Plait/Memory/A.cs", text)]), "src/Plait/Memory/A.cs:1");
        Verdict.None(OperatingSystemCalls.Violations([new("src/Plait/Interop/A.cs", text)]));
    }

    [Fact]
    public void Violations_OfAManagedFunctionPointer_AreNone() => Verdict.None(
        OperatingSystemCalls.Violations([new("src/Plait/Memory/A.cs", "unsafe class A { delegate*<int, void> _run; delegate* managed<int> _other; /* no DllImport */ }")]));

    [Fact]
    public void Violations_OfAnAccessorOfAPrivateField_AreNone() => Verdict.None(OperatingSystemCalls.Violations(
        [new("src/Plait/Memory/A.cs", "class A { [UnsafeAccessor(UnsafeAccessorKind.Field, Name = \"_message\")] static extern ref string? Message(Exception error); }")]));
}
