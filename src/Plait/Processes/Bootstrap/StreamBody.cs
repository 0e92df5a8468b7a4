using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// In a worker: takes what a function yields, one value after another, and sends each, as far as the parent allows. The
/// parent raises <see cref="CallWords.Credit"/>; a worker that is at it sleeps on the word. So a function runs ahead of
/// its consumer by a bounded number of values, and not at all when nobody takes them.
/// </summary>
internal static class StreamBody
{
    /// <summary>A sleeper looks again at least so often, for its cancellation.</summary>
    private const long LongestSleep = 50_000_000;

    /// <summary>Sends every value of <paramref name="sequence"/>, whose declared type is <paramref name="declared"/>.</summary>
    public static ValueTask Send(CallContext context, object? sequence, Type declared)
    {
        if (sequence is null)
        {
            throw new InvalidOperationException("The function returned null where its values were expected.");
        }

        Type item = ItemTypeOf(declared);
        return ((IPump)Activator.CreateInstance(typeof(Pump<>).MakeGenericType(item))!).Send(context, sequence);
    }

    private static Type ItemTypeOf(Type declared)
    {
        foreach (Type candidate in (Type[])[declared, .. declared.GetInterfaces()])
        {
            if (candidate.IsConstructedGenericType
                && candidate.GetGenericTypeDefinition() is var definition && (definition == typeof(IAsyncEnumerable<>) || definition == typeof(IEnumerable<>)))
            {
                return candidate.GenericTypeArguments[0];
            }
        }

        throw new InvalidOperationException($"The function returns {declared}, which is no sequence of values.");
    }

    private static unsafe void WaitForCredit(CallContext context, uint sent)
    {
        fixed (uint* credit = &context.Words.Credit, waiting = &context.Words.CreditWaiting)
        {
            while (true)
            {
                uint seen = Volatile.Read(ref *credit);
                if ((int)(seen - sent) > 0)
                {
                    return;
                }

                context.Cancellation.ThrowIfCancellationRequested();
                Volatile.Write(ref *waiting, 1);

                // Full fence between raising the flag and looking at the word: pairs with the one in WorkerStream's grant.
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref *credit) == seen)
                {
                    _ = Futex.Wait(credit, seen, MonotonicClock.Now + LongestSleep);
                }

                Volatile.Write(ref *waiting, 0);
            }
        }
    }

    private interface IPump
    {
        ValueTask Send(CallContext context, object sequence);
    }

    private sealed class Pump<T> : IPump
    {
        public async ValueTask Send(CallContext context, object sequence)
        {
            uint sent = 0;
            if (sequence is IAsyncEnumerable<T> asynchronous)
            {
                await foreach (T value in asynchronous.WithCancellation(context.Cancellation).ConfigureAwait(false))
                {
                    SendOne(context, value, sent++);
                }

                return;
            }

            foreach (T value in (IEnumerable<T>)sequence)
            {
                SendOne(context, value, sent++);
            }
        }

        // The wait comes before the next value is asked for: WaitForCredit is for the value after this one.
        private static void SendOne(CallContext context, T value, uint sent)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Results.Write(context.ItemWriter, value, typeof(T), "a value that the function yielded");
            context.SendItems();
            WaitForCredit(context, sent + 1);
        }
    }
}
