using Xunit;

namespace Plait.Architecture.Tests.Sources;

public sealed class FileBudgetTests
{
    [Fact]
    public void TooLong_OfThisTree_IsEmpty() => Verdict.None(FileBudget.TooLong(
        Repository.TextFiles.Where(file => file.IsUnder("src") || file.IsUnder("tests") || file.IsUnder("bench") || file.IsUnder("samples"))));

    [Fact]
    public void LongTail_OfTheLibrary_IsEmpty() => Verdict.None(FileBudget.LongTail(Repository.CSharp("src")));

    [Theory]
    [InlineData(500, 0)]
    [InlineData(501, 1)]
    public void TooLong_AtTheLimit_CountsLines(int lines, int expected) =>
        Assert.Equal(expected, FileBudget.TooLong([File(lines)]).Count());

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void LongTail_WithSomeLongFilesOfTen_AllowsOne(int longOnes, int expected) => Assert.Equal(
        expected,
        FileBudget.LongTail([.. Enumerable.Repeat(File(251), longOnes), .. Enumerable.Repeat(File(250), 10 - longOnes)]).Count());

    private static SourceFile File(int lines) => new("src/Plait/Memory/A.cs", string.Concat(Enumerable.Repeat("//\n", lines)));
}
