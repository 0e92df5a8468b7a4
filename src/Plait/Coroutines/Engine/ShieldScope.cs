namespace Plait.Coroutines.Engine;

/// <summary>A part of a coroutine that cancellations from outside do not reach.</summary>
internal sealed class ShieldScope : CoroutineContext, IDisposable
{
    private readonly CoroutineContext _outer;

    public ShieldScope(CoroutineContext outer)
        : base(outer.Loop)
    {
        _outer = outer;
        SetSynchronizationContext(this);
    }

    public override Coroutine Root => _outer.Root;

    internal override CoroutineContext Outer => _outer;

    private protected override bool IsShield => true;

    public void Dispose()
    {
        if (Current == this)
        {
            SetSynchronizationContext(_outer);
        }
    }
}
