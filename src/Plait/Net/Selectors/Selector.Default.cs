using Plait.Interop;

namespace Plait.Net.Selectors;

public abstract partial class Selector
{
    private protected const string AskedFor = "asked for by name";

    /// <summary>The best selector that this system lets us have: epoll, else poll, else select. <see cref="Reason"/> says why it was taken.</summary>
    /// <returns>The selector; the caller's to dispose.</returns>
    /// <exception cref="IOException">This process has as many descriptors open as it may.</exception>
    public static Selector CreateDefault() => CreateFirst(
        static why => new EpollSelector($"{why}the cost of a wait follows the number of ready descriptors, not of those that are watched"),
        static why => new PollSelector($"{why}it takes any number of descriptors"),
        static why => new SelectSelector($"{why}it is the last one that there is"));

    /// <summary>The first that the system does not refuse to have at all.</summary>
    /// <param name="candidates">Each gets what is to be said of those before it.</param>
    internal static Selector CreateFirst(params ReadOnlySpan<Func<string, Selector>> candidates)
    {
        string why = "";
        for (int i = 0; ; i++)
        {
            try
            {
                return candidates[i](why);
            }
            catch (IOException error) when (i < candidates.Length - 1 && error.InnerException is SystemCallException { Number: Errno.ENOSYS or Errno.EPERM or Errno.EACCES } refusal)
            {
                why += $"{refusal.Call} is refused here ({Errno.Name(refusal.Number)}); ";
            }
        }
    }
}
