namespace Plait.Benchmarks.Load;

/// <summary>
/// The bytes that a connection sends, and those that must come back, by their place in the stream. Messages are lines of letters and digits (of two bytes and more, the last is a line feed); neighbours
/// differ, so that a message too many, too few or in the wrong place is found.
/// </summary>
internal sealed class LoadPattern
{
    private const int WantedBytes = 16 * 1024;
    private const int FewestMessages = 3;

    private readonly int _period;

    // The period twice over: whatever is at most as long as a period is in one piece from every place of it.
    private readonly byte[] _sent;
    private readonly byte[] _expected;

    public LoadPattern(int size, bool isUpperCase)
    {
        _period = size * Math.Max(FewestMessages, WantedBytes / size);
        _sent = new byte[2 * _period];

        // The same bytes in every run, so that what went wrong once can be looked at again.
        uint state = 2_463_534_242;
        for (int i = 0; i < _period; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            _sent[i] = size > 1 && i % size == size - 1 ? (byte)'\n' : "abcdefghijklmnopqrstuvwxyz012345"u8[(int)(state >> 27)];
        }

        _sent.AsSpan(0, _period).CopyTo(_sent.AsSpan(_period));
        _expected = isUpperCase ? [.. _sent.Select(static letter => letter is >= (byte)'a' and <= (byte)'z' ? (byte)(letter - 32) : letter)] : _sent;
    }

    /// <summary>What is to be sent at a place of the stream: at most <paramref name="count"/> bytes of it.</summary>
    public ReadOnlySpan<byte> ToSend(long place, long count) => _sent.AsSpan((int)(place % _period), (int)Math.Min(count, _period));

    /// <summary>Where, within <paramref name="received"/>, the first wrong byte is; -1 when all are as they must be.</summary>
    public int FindWrong(long place, ReadOnlySpan<byte> received)
    {
        for (int done = 0; done < received.Length;)
        {
            ReadOnlySpan<byte> piece = received[done..Math.Min(received.Length, done + _period)];
            ReadOnlySpan<byte> expected = _expected.AsSpan((int)((place + done) % _period), piece.Length);
            if (!piece.SequenceEqual(expected))
            {
                return done + piece.CommonPrefixLength(expected);
            }

            done += piece.Length;
        }

        return -1;
    }

    /// <summary>The byte that must come back at a place of the stream.</summary>
    public byte Expected(long place) => _expected[place % _period];
}
