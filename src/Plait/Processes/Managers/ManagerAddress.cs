using Plait.Codecs;
using Plait.Memory;

namespace Plait.Processes.Managers;

/// <summary>Which manager, where it listens, and what to call it. It gives no access: that takes the secret of the process tree.</summary>
internal sealed record ManagerAddress(Guid Id, string Path, string Name, int Pid)
{
    public const string Extension = ".manager";

    /// <summary>In words, for messages.</summary>
    public override string ToString() => $"manager '{Name}' (pid {Pid})";

    public static string PathFor(Guid id) => System.IO.Path.Combine(NamedArena.Folder, id.ToString("N") + Extension);

    public void Write(PayloadWriter writer)
    {
        writer.WriteGuid(Id);
        writer.WriteString(Path);
        writer.WriteString(Name);
        writer.WriteInt32(Pid);
    }

    public static ManagerAddress Read(ref PayloadReader reader) => new(reader.ReadGuid(), reader.ReadString(), reader.ReadString(), reader.ReadInt32());
}
