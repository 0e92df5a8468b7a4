namespace Plait.Queues;

/// <summary>What went through one end of a pipe in this process. A snapshot.</summary>
/// <param name="MessagesSent">Messages sent.</param>
/// <param name="BytesSent">Their bytes, encoded values included.</param>
/// <param name="MessagesReceived">Messages received.</param>
/// <param name="BytesReceived">Their bytes, encoded values included.</param>
public readonly record struct PipeStatistics(long MessagesSent, long BytesSent, long MessagesReceived, long BytesReceived);
