namespace Plait.Cli.Chapters;

/// <summary>Thrown by <see cref="ChapterContext.Skip"/>; the message says what this machine lacks.</summary>
internal sealed class ChapterSkippedException(string reason) : Exception(reason);
