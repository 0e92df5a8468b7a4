using Plait.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>The first message to a child: who it is, and what to put back before user code runs.</summary>
internal sealed record Hello
{
    public required string Name { get; init; }

    public required int Depth { get; init; }

    public required bool IsDaemon { get; init; }

    /// <summary>The child ends after its first call.</summary>
    public required bool IsOneShot { get; init; }

    /// <summary>Whether what the function throws is printed to standard error: nobody may ask for it.</summary>
    public required bool PrintsExceptions { get; init; }

    /// <summary>Full name of the entry assembly, where our own entry took its place; else empty.</summary>
    public required string EntryAssembly { get; init; }

    public required int Nice { get; init; }

    /// <summary>The worker's number in its executor, from 1; 0 for a child of its own.</summary>
    public required int WorkerId { get; init; }

    /// <summary>The processors it may count on; 0 for all there are.</summary>
    public required int ProcessorShare { get; init; }

    /// <summary>What becomes of what a task leaves behind.</summary>
    public required LeftoverPolicy Leftovers { get; init; }

    /// <summary>How many calls it runs at once, on as many threads.</summary>
    public required int TasksAtOnce { get; init; }

    /// <summary>The least level of what it logs that the parent wants to know.</summary>
    public WorkerLogLevel LogLevel { get; init; } = WorkerLogLevel.None;

    public required IReadOnlyList<(string Name, string? Value)> Restore { get; init; }

    public required IReadOnlyList<ICodec> Codecs { get; init; }

    public void Write(PayloadWriter writer)
    {
        writer.WriteString(Name);
        writer.WriteInt32(Depth);
        writer.WriteBool(IsDaemon);
        writer.WriteBool(IsOneShot);
        writer.WriteBool(PrintsExceptions);
        writer.WriteString(EntryAssembly);
        writer.WriteInt32(Nice);
        writer.WriteInt32(WorkerId);
        writer.WriteInt32(ProcessorShare);
        writer.WriteByte((byte)Leftovers);
        writer.WriteInt32(TasksAtOnce);
        writer.WriteByte((byte)LogLevel);
        writer.WriteInt32(Restore.Count);
        foreach ((string name, string? value) in Restore)
        {
            writer.WriteString(name);
            writer.WriteNullableString(value);
        }

        CodecList.Write(writer, Codecs);
    }

    public static Hello Read(ref PayloadReader reader)
    {
        string name = reader.ReadString();
        int depth = reader.ReadInt32();
        bool isDaemon = reader.ReadBool();
        bool isOneShot = reader.ReadBool();
        bool printsExceptions = reader.ReadBool();
        string entryAssembly = reader.ReadString();
        int nice = reader.ReadInt32();
        int workerId = reader.ReadInt32();
        int processorShare = reader.ReadInt32();
        var leftovers = (LeftoverPolicy)reader.ReadByte();
        int tasksAtOnce = reader.ReadInt32();
        var logLevel = (WorkerLogLevel)reader.ReadByte();
        var restore = new (string, string?)[reader.ReadInt32()];
        for (int i = 0; i < restore.Length; i++)
        {
            restore[i] = (reader.ReadString(), reader.ReadNullableString());
        }

        return new Hello
        {
            Name = name,
            Depth = depth,
            IsDaemon = isDaemon,
            IsOneShot = isOneShot,
            PrintsExceptions = printsExceptions,
            EntryAssembly = entryAssembly,
            Nice = nice,
            WorkerId = workerId,
            ProcessorShare = processorShare,
            Leftovers = leftovers,
            TasksAtOnce = tasksAtOnce,
            LogLevel = logLevel,
            Restore = restore,
            Codecs = CodecList.Read(ref reader),
        };
    }
}
