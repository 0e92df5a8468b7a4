using Microsoft.CodeAnalysis;
using Xunit;

namespace Plait.Architecture.Tests.Documentation;

public sealed class SnippetCheckTests
{
    // Every assembly of ours that this project references: a page about the cluster compiles once the cluster is referenced here.
    private static readonly MetadataReference[] s_libraries =
        [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "Plait*.dll").Where(path => !path.EndsWith("Tests.dll", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public void Violations_OfThisTree_AreNone() => Verdict.None(SnippetCheck.Violations(
        Repository.TextFiles.Where(file => file.Path == "README.md" || (file.IsUnder("docs") && file.Path.EndsWith(".md", StringComparison.Ordinal))),
        s_libraries));

    [Theory]
    [InlineData("int sum = await Task.FromResult(2);\nConsole.WriteLine(sum + Twice(sum));\nstatic int Twice(int n) => 2 * n;")]
    [InlineData("using System.Text;\nvar text = new StringBuilder();\nstruct Pair { public int Left; }")]
    [InlineData("public sealed class Order { public int Id { get; init; } }")]
    [InlineData("private readonly List<int> _items = [];\npublic int Count => _items.Count;")]
    [InlineData("#!/usr/bin/env dotnet\n#:package Plait\nConsole.WriteLine(args.Length);")]
    public void Violations_OfCodeThatCompiles_AreNone(string code) => Verdict.None(Judge($"# Page\n\n```csharp\n{code}\n```\n"));

    [Fact]
    public void Violations_OfCodeWithWhatItIsGiven_AreNone() => Verdict.None(
        Judge("<!-- given: int Fib(int n) => n;\nstatic string[] paths = []; class Order; -->\n\n```csharp\nint n = Fib(paths.Length);\nvar order = new Order();\n```\n"));

    [Theory]
    [InlineData("```csharp\nint n = Fib(35);\n```\n", "docs/page.md:2: CS0103")]
    [InlineData("text\n\n- item\n  ```csharp\n  int n = 1;\n  string s = n;\n  ```\n", "docs/page.md:6: CS0029")]
    [InlineData("```csharp\nclass A { Missing f; }\n```\n", "CS0246")]
    [InlineData("```cs\nint n = 1;\n```\n", "write csharp")]
    [InlineData("~~~csharp\nint n = Fib(35);\n~~~\n", "CS0103")]
    [InlineData("```csharp whatever\nint n = 1;\n```\n", "unknown words")]
    [InlineData("```csharp no-compile\nint n = ;\n```\n", "needs its reason")]
    [InlineData("<!-- no-compile: later -->\n```csharp no-compile\nint n = ;\n```\n", "needs its reason")]
    [InlineData("<!-- given: static int Fib(int n) => x; -->\n```csharp\nint n = Fib(35);\n```\n", "docs/page.md:2: CS0103")]
    public void Violations_OfABadBlock_NameItsLine(string page, string expected) => Verdict.One(Judge(page), expected);

    [Fact]
    public void Violations_OfAnExcusedBlockWithItsReason_AreNone() =>
        Verdict.None(Judge("<!-- no-compile: shows the compiler error that the analyzer gives -->\n```csharp no-compile\nint n = ;\n```\n"));

    [Fact]
    public void Violations_OfOtherLanguages_AreNone() => Verdict.None(Judge("```python\nprint(1\n```\n\n```\nnothing\n```\n"));

    private static IEnumerable<string> Judge(string page) => SnippetCheck.Violations([new("docs/page.md", page)], s_libraries);
}
