using System.Buffers;
using System.Text.Json;
using Plait.Codecs;

namespace Plait.Tests.Processes.Deaths;

/// <summary>A value that crashes the process it is in when its journey reaches a stage: to the worker as an argument, and back as a result.</summary>
/// <param name="Stage">Where.</param>
/// <param name="Way">How.</param>
/// <param name="IsResult">Whether it is on its way back.</param>
/// <param name="Load">What it weighs.</param>
internal sealed record Trap(string Stage, string Way, bool IsResult, byte[] Load)
{
    public const string ArgumentEncoding = "argument encoding";
    public const string ArgumentDecoding = "argument decoding";
    public const string Function = "function";
    public const string ResultEncoding = "result encoding";
    public const string ResultDecoding = "result decoding";

    public void Reach(string stage)
    {
        if (Stage == stage)
        {
            Crash.Now(Way);
        }
    }

    /// <summary>The function that the matrix runs.</summary>
    public static Trap Run(Trap trap)
    {
        trap.Reach(Function);
        return trap with { IsResult = true };
    }
}

/// <summary>Takes traps to the worker and back, through the stages that are named after it.</summary>
internal sealed class TrapCodec : ICodec
{
    private sealed record Label(string Stage, string Way, bool IsResult);

    public bool CanEncode(Type type) => type == typeof(Trap);

    public void Encode(object value, Type type, IBufferWriter<byte> output)
    {
        var trap = (Trap)value;
        trap.Reach(trap.IsResult ? Trap.ResultEncoding : Trap.ArgumentEncoding);
        byte[] label = JsonSerializer.SerializeToUtf8Bytes(new Label(trap.Stage, trap.Way, trap.IsResult));
        output.Write([(byte)label.Length]);
        output.Write(label);
        output.Write(trap.Load);
    }

    public object? Decode(ReadOnlySpan<byte> data, Type type)
    {
        Label label = JsonSerializer.Deserialize<Label>(data.Slice(1, data[0]))!;
        var trap = new Trap(label.Stage, label.Way, label.IsResult, data[(1 + data[0])..].ToArray());
        trap.Reach(trap.IsResult ? Trap.ResultDecoding : Trap.ArgumentDecoding);
        return trap;
    }
}
