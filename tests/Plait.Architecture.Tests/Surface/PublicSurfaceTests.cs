using Xunit;

namespace Plait.Architecture.Tests.Surface;

public sealed class PublicSurfaceTests
{
    private const string Accepted = "eng/PublicApi.txt";
    private const string Received = "artifacts/PublicApi.received.txt";

    [Fact]
    public void Write_OfThisTree_EqualsTheAcceptedFile()
    {
        string surface = PublicSurface.Write(PlaitSources.Compilation);
        string[] differences = [.. PublicSurface.Differences(Repository.TryFind(Accepted)?.Text ?? "", surface)];
        string received = Path.Combine(Repository.Root, Received);
        if (differences.Length == 0)
        {
            File.Delete(received);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(received)!);
            File.WriteAllText(received, surface);
        }

        Assert.True(
            differences.Length == 0,
            $"The public surface differs from {Accepted}. If the change is meant, ./eng/accept-public-api copies {Received} over it.\n  {string.Join("\n  ", differences)}");
    }

    [Fact]
    public void Write_OfASample_HoldsEverySignatureSortedAndNothingInternal()
    {
        const string Sample = """
            namespace Plait.Queues;
            public interface IBox<out T> where T : class { T? Peek(); int Count { get; } }
            public sealed class Box<T> : IBox<T>, System.IDisposable where T : class
            {
                public Box(int capacity = 8) { }
                public T? Peek() => null;
                public int Count { get; private set; }
                public event System.Action? Filled;
                public void Dispose() => Filled?.Invoke();
                internal void Hidden() { }
                public readonly record struct Statistics(long Held);
                private sealed class Node;
            }
            public abstract class Base { protected abstract void OnClose(string? reason, params int[] codes); private protected void No() { } }
            public enum Order : byte { First = 1, Last }
            public delegate bool Match<in T>(T item);
            public static class Extensions { public static void Drain<T>(this IBox<T> box, ref int left) where T : class { } }
            internal sealed class Inner { public void Visible() { } }
            """;

        const string Expected = """
            Plait.Queues.Base: public abstract class Plait.Queues.Base
            Plait.Queues.Base: protected Base()
            Plait.Queues.Base: protected abstract void OnClose(string? reason, params int[] codes)
            Plait.Queues.Box<T>: public sealed class Plait.Queues.Box<T> where T : class : Plait.Queues.IBox<T>, System.IDisposable
            Plait.Queues.Box<T>: public Box(int capacity = 8)
            Plait.Queues.Box<T>: public int Count { get; }
            Plait.Queues.Box<T>: public void Dispose()
            Plait.Queues.Box<T>: public event System.Action? Filled
            Plait.Queues.Box<T>: public T? Peek()
            Plait.Queues.Box<T>.Statistics: public readonly record struct Plait.Queues.Box<T>.Statistics : System.IEquatable<Plait.Queues.Box<T>.Statistics>
            Plait.Queues.Box<T>.Statistics: public Statistics(long Held)
            Plait.Queues.Box<T>.Statistics: public long Held { get; init; }
            Plait.Queues.Extensions: public static class Plait.Queues.Extensions
            Plait.Queues.Extensions: public static void Drain<T>(this Plait.Queues.IBox<T> box, ref int left) where T : class
            Plait.Queues.IBox<T>: public interface Plait.Queues.IBox<out T> where T : class
            Plait.Queues.IBox<T>: int Count { get; }
            Plait.Queues.IBox<T>: T? Peek()
            Plait.Queues.Match<T>: public delegate bool Plait.Queues.Match<in T>(T item)
            Plait.Queues.Order: public enum Plait.Queues.Order : byte
            Plait.Queues.Order: First = 1
            Plait.Queues.Order: Last = 2

            """;

        Assert.Equal(Expected, PublicSurface.Write(PlaitSources.Compile([new("src/Plait/Queues/Sample.cs", Sample)])));
    }

    [Fact]
    public void Differences_OfAChangedMember_ShowBothForms() =>
        Assert.Equal(["- A: public int Count", "+ A: public long Count"], PublicSurface.Differences("A: public int Count\nB\n", "A: public long Count\nB\n"));
}
