using Plait.Codecs;

namespace Plait.SharedData;

/// <summary>Settings of a dictionary. They are read when it is made or found by its name.</summary>
public sealed class SharedDictionaryOptions
{
    /// <summary>In a process scope: encoders for types that do not travel by themselves, as in <c>ChildProcessOptions.Codecs</c>. Every process that uses the dictionary must name the same ones in the same order.</summary>
    public IList<ICodec> Codecs { get; } = [];
}
