using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

/// <summary>Lambdas of a scope share the object that holds its variables: what only the neighbours use is no reason to refuse one.</summary>
public sealed class CapturedUseTests
{
    [Fact]
    public void Write_VariableThatOnlyANeighbourUses_StaysHere()
    {
        using var file = new MemoryStream();
        int factor = 3;
        Func<long> neighbour = () => file.Length;

        Assert.Equal(6, RoundTrip.Function(() => factor * 2).Invoke([]));
        Assert.Equal(0, neighbour());
    }

    [Fact]
    public void Write_VariableOfAnOuterScopeThatOnlyTheOuterLambdaUses_StaysHere()
    {
        using var file = new MemoryStream();
        int factor = 3;
        int[] results = [.. Enumerable.Range(0, 4).Select(n =>
        {
            file.WriteByte(1);
            return (int)RoundTrip.Function(() => n * factor).Invoke([])!;
        })];

        Assert.Equal([0, 3, 6, 9], results);
        Assert.Equal(4, file.Length);
    }

    [Fact]
    public void Write_CollectionOfWhatCannotTravelThatIsNotUsed_StaysHere()
    {
        List<Task<int>> tasks = [Task.FromResult(1)];
        Stream[] files = [Stream.Null];
        int factor = 3;
        Func<int> neighbour = () => tasks.Count + files.Length;

        Assert.Equal(3, RoundTrip.Function(() => factor).Invoke([]));
        Assert.Equal(2, neighbour());
    }

    [Fact]
    public void Write_VariableInAGenericMethod_StaysHereOrIsRefused()
    {
        Assert.Equal("text", UnusedIn("text").Invoke([]));
        Assert.Contains("'file'", Assert.Throws<CannotTravelException>(() => UsedIn("text")).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Uses => ["lambda", "lambda within", "local function", "async", "async with local function", "iterator"];

    [Theory]
    [MemberData(nameof(Uses))]
    public void Write_VariableUsedDeepInside_IsRefused(string how)
    {
        using var file = new MemoryStream();
        int factor = 3;
        Delegate function = how switch
        {
            "lambda" => () => factor + file.Length,
            "lambda within" => () => new Func<long>(() => factor + file.Length)(),
            "local function" => () => Local(),
            "async" => async () =>
            {
                await Task.Yield();
                return factor + file.Length;
            },
            "async with local function" => async () =>
            {
                await Task.Yield();
                return await LocalAsync();
            },
            _ => () => Numbers().First(),
        };

        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Function(function));

        Assert.StartsWith("captured variable 'file' (System.IO.MemoryStream) of CapturedUseTests.", error.Message, StringComparison.Ordinal);

        long Local() => factor + file.Length;
        async Task<long> LocalAsync() => await Task.FromResult(factor + file.Length);
        IEnumerable<long> Numbers()
        {
            yield return factor + file.Length;
        }
    }

    [Fact]
    public void Write_VariableThatACapturedFunctionUses_IsRefused()
    {
        using var file = new MemoryStream();
        int factor = 3;
        Func<long> length = () => file.Length;

        Assert.Contains("'file'", Assert.Throws<CannotTravelException>(() => RoundTrip.Function(() => factor + length())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_VariableThatAFunctionAmongTheArgumentsUses_IsRefused()
    {
        using var file = new MemoryStream();
        int factor = 3;
        Func<Func<long>, long> function = other => factor + other();
        Func<long> length = () => file.Length;
        string refusal = RefusalOf(function, length);

        Assert.Contains("CapturedUseTests", refusal, StringComparison.Ordinal);
        Assert.Contains("uses 'file' (System.IO.MemoryStream), which cannot", refusal, StringComparison.Ordinal);
    }

    private static string RefusalOf(Delegate function, object argument)
    {
        using var writer = new PayloadWriter();
        return Assert.Throws<CannotTravelException>(() => FunctionReference.WriteCall(writer, function, [argument], RoundTrip.ToChild)).Message;
    }

    private static BoundFunction UnusedIn<T>(T value)
    {
        using var file = new MemoryStream();
        Action neighbour = () => file.WriteByte(1);
        neighbour();
        return RoundTrip.Function(() => value);
    }

    private static BoundFunction UsedIn<T>(T value)
    {
        using var file = new MemoryStream();
        return RoundTrip.Function(() => file.Length > 0 ? default : value);
    }
}
