using System.Xml.Linq;
using Xunit;

namespace Plait.Architecture.Tests.Surface;

public sealed class XmlDocumentationTests
{
    [Fact]
    public void Violations_OfPlait_AreNone()
    {
        string shipped = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Plait.xml"));

        Verdict.None(XmlDocumentation.Violations(PlaitSources.Compilation, XmlDocumentation.Parse(shipped)));
    }

    [Theory]
    [InlineData("public sealed class A;", "T:A (src/Plait/Queues/Sample.cs:1) has no documentation")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A { public int Count; }", "F:A.Count")]
    [InlineData("/// <summary> </summary>\npublic sealed class A;", "has no summary")]
    [InlineData("/// <summary>A.</summary>\npublic enum A { One }", "F:A.One")]
    [InlineData("/// <inheritdoc/>\npublic sealed class A;", "inherits its documentation from nothing")]
    [InlineData("/// <summary>A.</summary>\npublic readonly record struct A(int Count);", "P:A.Count")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A { /// <summary>B.</summary><exception cref=\"Missing\">When.</exception>\npublic void B() { } }", "'!:Missing'")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A { /// <summary>B.</summary><exception cref=\"System.String\">When.</exception>\npublic void B() { } }", "T:System.String")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A { /// <summary>B.</summary><exception cref=\"System.TimeoutException\"/>\npublic void B() { } }", "does not say when")]
    public void Violations_OfAPoorComment_SayWhatIsMissing(string text, string expected) => Verdict.One(Judge(text), expected);

    [Theory]
    [InlineData("internal sealed class A { public int Count; }")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A { private int _count; int Count => _count; }")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A : System.IDisposable { /// <inheritdoc/>\npublic void Dispose() { } }")]
    [InlineData("/// <summary>A.</summary>\n/// <param name=\"Count\">Items.</param>\npublic readonly record struct A(int Count);")]
    [InlineData("/// <summary>A.</summary>\npublic sealed class A { /// <summary>B.</summary><exception cref=\"System.TimeoutException\">Too late.</exception>\npublic void B() { } }")]
    public void Violations_OfAGoodComment_AreNone(string text) => Verdict.None(Judge(text));

    private static IEnumerable<string> Judge(string text)
    {
        // The compiler itself writes the documentation file of the sample, as it does for the library.
        var compilation = PlaitSources.Compile([new("src/Plait/Queues/Sample.cs", text)]);
        using var assembly = new MemoryStream();
        using var xml = new MemoryStream();
        Assert.True(compilation.Emit(assembly, xmlDocumentationStream: xml).Success);
        xml.Position = 0;
        return [.. XmlDocumentation.Violations(compilation, XmlDocumentation.Parse(XDocument.Load(xml).ToString()))];
    }
}
