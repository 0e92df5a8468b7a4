using Plait.Benchmarks.Load;

namespace Plait.Cli.Tests.Load;

public sealed class LoadPatternTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public void FindWrong_WhatWasSent_FindsNothingFromAnyPlace(int size)
    {
        var pattern = new LoadPattern(size, isUpperCase: false);
        long place = 0;
        for (int i = 0; i < 50; i++)
        {
            byte[] sent = pattern.ToSend(place, 7_919).ToArray();

            Assert.NotEmpty(sent);
            Assert.Equal(-1, pattern.FindWrong(place, sent));
            place += sent.Length;
        }
    }

    [Fact]
    public void FindWrong_OneByteChanged_FindsItBeyondThePeriod()
    {
        var pattern = new LoadPattern(64, isUpperCase: false);
        byte[] bytes = new byte[100_000];
        for (int filled = 0; filled < bytes.Length;)
        {
            ReadOnlySpan<byte> part = pattern.ToSend(5 + filled, bytes.Length - filled);
            part.CopyTo(bytes.AsSpan(filled));
            filled += part.Length;
        }

        Assert.Equal(-1, pattern.FindWrong(5, bytes));
        bytes[77_777] ^= 1;
        Assert.Equal(77_777, pattern.FindWrong(5, bytes));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(10_000)]
    public void FindWrong_OneMessageTooFew_IsFound(int size)
    {
        var pattern = new LoadPattern(size, isUpperCase: false);

        Assert.NotEqual(-1, pattern.FindWrong(0, pattern.ToSend(size, size)));
    }

    [Fact]
    public void FindWrong_UpperCase_WantsLettersInCapitals()
    {
        var pattern = new LoadPattern(64, isUpperCase: true);
        byte[] sent = pattern.ToSend(0, 64).ToArray();

        Assert.NotEqual(-1, pattern.FindWrong(0, sent));
        Assert.Equal(-1, pattern.FindWrong(0, System.Text.Encoding.ASCII.GetBytes(System.Text.Encoding.ASCII.GetString(sent).ToUpperInvariant())));
    }

    [Fact]
    public void ToSend_AMessage_IsALine()
    {
        string message = System.Text.Encoding.ASCII.GetString(new LoadPattern(64, isUpperCase: false).ToSend(64, 64));

        Assert.Matches("^[a-z0-9]{63}\n$", message);
    }
}
