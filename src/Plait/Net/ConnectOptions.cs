using System.Net.Security;

namespace Plait.Net;

/// <summary>How a connection is made to a server.</summary>
public sealed class ConnectOptions
{
    /// <summary>How long one attempt may take. Default: 10 s. <see cref="Timeout.InfiniteTimeSpan"/> for as long as the system tries.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it is tried in all, at least 1. Default: 1. Only what may pass is tried again: nobody listens yet, no answer in time, broken off, nothing to be reached.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>How long to wait before the second attempt; twice as long before each further one. Default: 100 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait between two attempts at most. Default: 5 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// TLS on the connection: who the server must be (<see cref="SslClientAuthenticationOptions.TargetHost"/>), and what else is asked for. The handshake may take as long as <see cref="Timeout"/>, again. Default: null, no TLS.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    internal static ConnectOptions Default { get; } = new();

    /// <summary>The pause behind so many attempts.</summary>
    internal TimeSpan PauseAfter(int attempts) => TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, attempts - 1)));

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Attempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstPause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestPause, TimeSpan.Zero);
        if (Timeout <= TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout, "A time is more than 0, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}
