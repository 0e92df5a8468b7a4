using Xunit;

namespace Plait.Architecture.Tests.Suites;

public sealed class CrashPointCoverageTests
{
    private static readonly SourceFile s_points = new(CrashPointCoverage.Declaration, "namespace Plait.Memory; internal enum CrashPoint { None, RingWritten = 1 }");
    private static readonly SourceFile s_hit = new("src/Plait/Memory/ByteRing.cs", "class A { void M() => CrashPoints.Hit(CrashPoint.RingWritten); }");
    private static readonly SourceFile s_sweep = new("tests/Plait.Tests/Memory/CrashSweepTests.cs", "class B { object M() => CrashPoint.RingWritten; }");

    [Fact]
    public void Violations_OfThisTree_AreNone() => Verdict.None(CrashPointCoverage.Violations(Repository.TextFiles.ToArray()));

    [Fact]
    public void Violations_OfAPointThatIsHitAndSwept_AreNone() => Verdict.None(CrashPointCoverage.Violations([s_points, s_hit, s_sweep]));

    [Fact]
    public void Violations_WithoutTheEnum_AskForIt() => Verdict.One(CrashPointCoverage.Violations([s_hit, s_sweep]), "is missing");

    [Fact]
    public void Violations_OfAPointThatIsNeverHit_NameIt() => Verdict.One(CrashPointCoverage.Violations([s_points, s_sweep]), "RingWritten is never hit");

    [Fact]
    public void Violations_OfAPointInNoSweep_NameIt() => Verdict.One(CrashPointCoverage.Violations([s_points, s_hit]), "RingWritten is in no sweep");

    [Fact]
    public void Violations_OfAPointThatACommentNames_StillNameIt() => Verdict.One(
        CrashPointCoverage.Violations([s_points, s_sweep, new("src/Plait/Memory/A.cs", "// CrashPoints.Hit(CrashPoint.RingWritten)")]), "is never hit");
}
