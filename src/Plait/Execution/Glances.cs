namespace Plait.Execution;

/// <summary>
/// Whether it pays to look a moment for what another thread is about to do, before a thread sleeps for it, is woken for it, or an await gives its
/// thread away. A function of a microsecond is over before either is done; one of a millisecond is not worth the look. What came of the last
/// looks decides.
/// </summary>
internal sealed class Glances
{
    // About what a thread needs to take a task that it looks for, and to run a short one.
    private const int Turns = 80;

    // So many looks are left out at most, after as many in vain.
    private const int LongestBreak = 64;

    // Written by all threads without order: a count that is lost makes one look more, or one less.
    private int _break;
    private int _left;

    /// <summary>Looks for some microseconds, or not at all.</summary>
    /// <returns>Whether it was seen.</returns>
    public bool Look<T>(T at, Func<T, bool> isSeen)
    {
        if (_left > 0)
        {
            _left--;
            return false;
        }

        for (int turn = 0; turn < Turns; turn++)
        {
            if (isSeen(at))
            {
                _break = 0;
                return true;
            }

            Thread.SpinWait(1);
        }

        _break = Math.Min(Math.Max(1, _break * 2), LongestBreak);
        _left = _break;
        return false;
    }
}
