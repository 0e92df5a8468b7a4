public sealed class RowTests
{
    [Xunit.Fact]
    public void Run_InATestRunner_Works() => Xunit.Assert.Equal(0, Row.Run());
}
