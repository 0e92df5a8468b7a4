using System.Net.Security;
using Plait.Execution;

namespace Plait.Net;

/// <summary>How a connection is made to a server.</summary>
public sealed class ConnectOptions
{
    /// <summary>How long one attempt may take. Default: 10 s. <see cref="Timeout.InfiniteTimeSpan"/> for as long as the system tries.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often it is tried again, and with what pauses. Default: <see cref="RetryPolicy.None"/>. Unless <see cref="RetryPolicy.ShouldRetry"/> says otherwise, only what may pass is tried again: nobody listens yet, no answer in time, broken off, nothing to be reached.
    /// </summary>
    public RetryPolicy Retries { get; init; } = RetryPolicy.None;

    /// <summary>
    /// TLS on the connection: who the server must be (<see cref="SslClientAuthenticationOptions.TargetHost"/>), and what else is asked for. The handshake may take as long as <see cref="Timeout"/>, again. Default: null, no TLS.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    internal static ConnectOptions Default { get; } = new();

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Retries);
        if (Timeout <= TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout, "A time is more than 0, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}
