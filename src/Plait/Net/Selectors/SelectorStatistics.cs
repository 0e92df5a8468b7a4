namespace Plait.Net.Selectors;

/// <summary>What has happened to a selector so far. A snapshot.</summary>
/// <param name="Registered">Descriptors that are registered.</param>
/// <param name="Waiting">1 while a thread sleeps in <c>Select</c>, else 0.</param>
/// <param name="Selects">Calls of <c>Select</c> that returned.</param>
/// <param name="Reported">Ready keys that they brought.</param>
/// <param name="Wakes">Calls of <c>Select</c> that returned because of <see cref="Selector.Wake"/>.</param>
/// <param name="Stale">Times that the system spoke of something that is closed or not registered any more, and that was kept from the caller.</param>
/// <param name="Rebuilds">
/// Times that an epoll was replaced to be rid of an entry that cannot be named any more: its descriptor was closed without being unregistered, while a duplicate, such as
/// one in a child process, kept the file open. Each costs a call a registration.
/// </param>
public readonly record struct SelectorStatistics(int Registered, int Waiting, long Selects, long Reported, long Wakes, long Stale, long Rebuilds);
