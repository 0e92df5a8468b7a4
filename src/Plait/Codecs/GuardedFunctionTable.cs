namespace Plait.Codecs;

/// <summary>The receiving side's table where several threads read calls. One of them at a time takes definitions.</summary>
internal sealed class GuardedFunctionTable : FunctionTable
{
    private readonly Lock _gate = new();

    public override void Define(ReadOnlySpan<byte> definition)
    {
        lock (_gate)
        {
            base.Define(definition);
        }
    }

    internal override FunctionShape this[ulong number]
    {
        get
        {
            lock (_gate)
            {
                return base[number];
            }
        }
    }
}
