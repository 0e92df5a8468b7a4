namespace Plait.Execution;

/// <summary>An array: copied in pieces.</summary>
internal sealed class MapArrayInput<TIn>(TIn[] items) : MapInput<TIn>
{
    private int _next;

    public override long? Total => items.Length;

    public override int Read(Span<TIn> target)
    {
        int count = Math.Min(target.Length, items.Length - _next);
        items.AsSpan(_next, count).CopyTo(target);
        _next += count;
        IsEnded = _next == items.Length;
        return count;
    }

    public override ValueTask CloseAsync()
    {
        IsEnded = true;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Anything that can be enumerated; may be endless.</summary>
internal sealed class MapSequenceInput<TIn>(IEnumerable<TIn> items, TimeProvider clock) : MapInput<TIn>
{
    private IEnumerator<TIn>? _items;

    public override long? Total { get; } = items.TryGetNonEnumeratedCount(out int count) ? count : null;

    public override int Read(Span<TIn> target)
    {
        int count = 0;
        try
        {
            IEnumerator<TIn> source = _items ??= items.GetEnumerator();
            var strides = new Strides(clock);
            while (count < target.Length)
            {
                int end = Math.Min(target.Length, count + strides.Length);
                while (count < end)
                {
                    if (!source.MoveNext())
                    {
                        IsEnded = true;
                        _items = null;
                        source.Dispose();
                        return count;
                    }

                    target[count] = source.Current;
                    count++;
                }

                if (!strides.Next())
                {
                    break;
                }
            }
        }
        catch (Exception error)
        {
            // The user's iterator: its exception belongs in the place of the item it did not give.
            IsEnded = true;
            Error = error;
        }

        return count;
    }

    public override ValueTask CloseAsync()
    {
        IsEnded = true;
        IEnumerator<TIn>? source = _items;
        _items = null;
        source?.Dispose();
        return ValueTask.CompletedTask;
    }
}
