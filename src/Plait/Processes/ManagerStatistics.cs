namespace Plait.Processes;

/// <summary>What a manager's server has done so far.</summary>
/// <param name="Calls">Calls of methods that are over.</param>
/// <param name="Errors">Those of them that threw.</param>
/// <param name="ObjectsAlive">Objects that some process has a proxy of, or that a proxy on its way stands for.</param>
/// <param name="ObjectsServed">Objects that were ever made or returned. One that was released and returned again counts twice.</param>
/// <param name="ProxiesOnTheirWay">Proxies that were sent to another process and have not arrived.</param>
/// <param name="Clients">Processes that are connected, the asking one included.</param>
/// <param name="MeanCall">How long a call was in its method, on average; zero before the first.</param>
/// <param name="LongestCall">How long the longest was.</param>
public readonly record struct ManagerStatistics(
    long Calls, long Errors, long ObjectsAlive, long ObjectsServed, long ProxiesOnTheirWay, long Clients, TimeSpan MeanCall, TimeSpan LongestCall);
