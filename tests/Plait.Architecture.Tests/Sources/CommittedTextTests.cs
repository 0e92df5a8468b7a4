using Xunit;

namespace Plait.Architecture.Tests.Sources;

public sealed class CommittedTextTests
{
    [Fact]
    public void Regions_OfThisTree_AreNone() => Verdict.None(CommittedText.Regions(Repository.TextFiles));

    [Fact]
    public void NotesToSelf_OfThisTree_AreNone() => Verdict.None(CommittedText.NotesToSelf(Repository.TextFiles));

    [Fact]
    public void MachinePaths_OfThisTree_AreNone() => Verdict.None(CommittedText.MachinePaths(Repository.TextFiles));

    // The bad samples are put together here, so that this file is clean itself.
    [Theory]
    [InlineData("#", "region Fields")]
    [InlineData("    # ", "endregion")]
    public void Regions_OfAFoldedFile_AreReported(string hash, string rest) => Verdict.One(CommittedText.Regions([new("src/A.cs", hash + rest)]), "src/A.cs:1");

    [Theory]
    [InlineData("// TO", "DO: later")]
    [InlineData("// FIX", "ME")]
    [InlineData("/* HA", "CK */")]
    public void NotesToSelf_InAComment_AreReported(string head, string tail) => Verdict.One(CommittedText.NotesToSelf([new("src/A.cs", "\n" + head + tail)]), "src/A.cs:2");

    [Theory]
    [InlineData("see /wo", "rk/main/x")]
    [InlineData("\"/ho", "me/someone/plait\"")]
    [InlineData("cd /tmp/", "q/repo")]
    [InlineData("`..", "/shared/notes.md`")]
    public void MachinePaths_OfACheckout_AreReported(string head, string tail) => Verdict.One(CommittedText.MachinePaths([new("docs/a.md", head + tail)]), "docs/a.md:1");

    [Theory]
    [InlineData("https://example.org/home/page")]
    [InlineData("$XDG_RUNTIME_DIR/" + "work/x")]
    [InlineData("/tmp/plait-1000/arena")]
    [InlineData("../../eng/BannedSymbols.txt")]
    public void MachinePaths_OfAnOrdinaryPath_AreNone(string text) => Verdict.None(CommittedText.MachinePaths([new("docs/a.md", text)]));
}
