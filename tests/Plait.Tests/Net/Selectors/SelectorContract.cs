using System.Net.Sockets;
using Plait.Interop;
using Plait.Net.Selectors;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>What every selector keeps, whatever call of the system it uses. An implementation derives from this under the name XContractTests.</summary>
public abstract partial class SelectorContract : SelectorTest
{
    private const int Unknown = 987_654;

    protected abstract Selector Create();

    private Selector New() => Keep(Create());

    [Fact]
    public void Register_OfASocket_GivesItsKey()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();

        SelectorKey key = selector.Register(reader, SelectorEvents.Read, "data");

        Assert.Equal(new SelectorKey(NumberOf(reader), reader, SelectorEvents.Read, "data"), key);
        Assert.Same(reader, key.Socket);
        Assert.Equal(key, selector.GetKey(reader));
        Assert.Equal(1, selector.GetStatistics().Registered);
    }

    [Fact]
    public void Register_OfAHandleAndANumber_GivesTheirKeys()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();

        SelectorKey ofHandle = selector.Register(reader.SafeHandle, SelectorEvents.Read);
        SelectorKey ofNumber = selector.Register(NumberOf(writer), SelectorEvents.Write);

        Assert.Equal(new SelectorKey(NumberOf(reader), reader.SafeHandle, SelectorEvents.Read, null), ofHandle);
        Assert.Equal(new SelectorKey(NumberOf(writer), null, SelectorEvents.Write, null), ofNumber);
        Assert.Null(ofHandle.Socket);
    }

    [Theory]
    [InlineData(SelectorEvents.None)]
    [InlineData((SelectorEvents)8)]
    [InlineData((SelectorEvents)999_999)]
    public void Register_ForNoOrUnknownEvents_IsRefused(SelectorEvents events)
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();

        Assert.Throws<ArgumentOutOfRangeException>(nameof(events), () => selector.Register(reader, events));

        Assert.Empty(selector.Map);
        _ = selector.Register(reader, SelectorEvents.Read);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(events), () => selector.Modify(reader, events));
        Assert.Equal(SelectorEvents.Read, selector.GetKey(reader).Events);
    }

    [Fact]
    public void Register_OfWhatIsNoDescriptor_IsRefused()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        reader.Dispose();
        int closed = NumberOf(reader);

        Assert.Throws<ArgumentOutOfRangeException>("target", () => selector.Register(-10, SelectorEvents.Read));
        Assert.Contains($"{closed} is not open", Assert.Throws<ArgumentException>("target", () => selector.Register(closed, SelectorEvents.Read)).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => selector.Register(reader, SelectorEvents.Read));
        Assert.Throws<ArgumentNullException>("target", () => selector.Register((Socket)null!, SelectorEvents.Read));
        Assert.Throws<ArgumentNullException>("target", () => selector.Register(default, SelectorEvents.Read));
        Assert.Empty(selector.Map);
    }

    [Fact]
    public void Register_OfOneDescriptorTwice_IsRefusedWithItsNumber()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        int number = NumberOf(reader);
        SelectorKey key = selector.Register(reader, SelectorEvents.Read, "first");

        Selectable[] same = [reader, reader.SafeHandle, number];

        foreach (Selectable again in same)
        {
            string message = Assert.Throws<ArgumentException>("target", () => selector.Register(again, SelectorEvents.Write)).Message;
            Assert.Contains($"escriptor {number}", message, StringComparison.Ordinal);
            Assert.Contains("registered already, for Read", message, StringComparison.Ordinal);
        }

        Assert.Equal(key, Assert.Single(selector.Map.Values));
    }

    [Fact]
    public void Unregister_OfWhatIsRegistered_EndsIt()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewReadyPair();
        SelectorKey key = selector.Register(reader, SelectorEvents.Read);
        _ = selector.Register(writer.SafeHandle, SelectorEvents.Write);

        Assert.Equal(key, selector.Unregister(NumberOf(reader)));
        _ = selector.Unregister(writer);

        Assert.Empty(selector.Map);
        Assert.Empty(selector.Select(TimeSpan.Zero));
        Assert.Contains($"escriptor {NumberOf(reader)}", Assert.Throws<KeyNotFoundException>(() => selector.Unregister(reader)).Message, StringComparison.Ordinal);
        Assert.Throws<KeyNotFoundException>(() => selector.Unregister(Unknown));
        Assert.Throws<KeyNotFoundException>(() => selector.Unregister(-1));
        Assert.Equal(key, selector.Register(reader, SelectorEvents.Read));
    }

    [Fact]
    public void Unregister_AfterANumberWasClosed_Works()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        (int r, int w) = (NumberOf(reader), NumberOf(writer));
        _ = selector.Register(r, SelectorEvents.Read);
        _ = selector.Register(w, SelectorEvents.Write);
        reader.Dispose();
        writer.Dispose();

        _ = selector.Unregister(r);
        _ = selector.Unregister(w);

        Assert.Empty(selector.Map);
    }

    [Fact]
    public void Unregister_AfterAnObjectWasClosed_Works()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        _ = selector.Register(reader, SelectorEvents.Read);
        _ = selector.Register(writer.SafeHandle, SelectorEvents.Write);
        reader.Dispose();
        writer.Dispose();

        _ = selector.Unregister(reader);
        _ = selector.Unregister(writer.SafeHandle);

        Assert.Empty(selector.Map);
    }

    [Fact]
    public void Unregister_AfterAClosedNumberWasUsedAgain_Works()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        (Socket other, Socket otherWriter) = NewPair();
        (int r, int w) = (NumberOf(reader), NumberOf(writer));
        _ = selector.Register(r, SelectorEvents.Read);
        _ = selector.Register(w, SelectorEvents.Write);
        reader.Dispose();
        writer.Dispose();
        using Descriptor again = DuplicateTo(r, other);
        using Descriptor againWriter = DuplicateTo(w, otherWriter);

        _ = selector.Unregister(r);
        _ = selector.Unregister(w);

        Assert.Empty(selector.Map);
        Assert.Empty(selector.Select(TimeSpan.Zero));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Register_OfAReusedNumber_TakesThePlaceOfWhatWasClosed(bool isObject)
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        (Socket other, Socket otherWriter) = NewPair();
        int number = NumberOf(reader);
        _ = selector.Register(isObject ? reader : number, SelectorEvents.Write, "old");
        reader.Dispose();
        using Descriptor again = DuplicateTo(number, other);

        SelectorKey key = selector.Register(again, SelectorEvents.Read, "new");

        Assert.Equal(key, Assert.Single(selector.Map.Values));
        Assert.Empty(selector.Select(TimeSpan.Zero));
        otherWriter.Send([1]);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
        Assert.Equal(key, selector.GetKey(again));
        Assert.Throws<KeyNotFoundException>(() => selector.Unregister(isObject ? reader : Unknown));
        Assert.Equal("new", selector.Unregister(number).Data);
    }

    [Fact]
    public void GetKey_OfAnotherObjectWithAReusedNumber_IsNotThatOfTheClosedOne()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        (Socket other, _) = NewPair();
        int number = NumberOf(reader);
        _ = selector.Register(reader, SelectorEvents.Read);
        reader.Dispose();
        using Descriptor again = DuplicateTo(number, other);

        Assert.False(selector.TryGetKey(again, out _));
        Assert.True(selector.TryGetKey(reader, out SelectorKey key));
        Assert.Same(reader, key.Target);
        Assert.Equal(key, selector.GetKey(number));
    }

    [Fact]
    public void Modify_OfEvents_ChangesThemAndKeepsTheData()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        SelectorKey old = selector.Register(reader, SelectorEvents.Read, "data");

        SelectorKey key = selector.Modify(reader, SelectorEvents.Write);

        Assert.Equal(old with { Events = SelectorEvents.Write }, key);
        Assert.Equal(SelectorEvents.Read, old.Events);
        Assert.Equal(key, selector.GetKey(reader));
        Assert.Equal([new ReadyKey(key, SelectorEvents.Write)], selector.Select());
        key = selector.Modify(reader, SelectorEvents.Read | SelectorEvents.Write);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read | SelectorEvents.Write)], selector.Select());
    }

    [Fact]
    public void Modify_OfData_ReplacesThem()
    {
        Selector selector = New();
        (Socket reader, _) = NewReadyPair();
        _ = selector.Register(reader, SelectorEvents.Read, "data");

        SelectorKey key = selector.Modify(reader, SelectorEvents.Read, "other");

        Assert.Equal("other", key.Data);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Read)], selector.Select());
        Assert.Null(selector.Modify(reader, SelectorEvents.Read, null).Data);
    }

    [Fact]
    public void Modify_OfWhatIsNotRegistered_IsRefused()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();

        Assert.Throws<KeyNotFoundException>(() => selector.Modify(reader, SelectorEvents.Read));
        Assert.Throws<KeyNotFoundException>(() => selector.Modify(Unknown, SelectorEvents.Read, "data"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Modify_OfWhatWasClosed_UnregistersIt(bool isObject)
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        Selectable target = isObject ? reader : NumberOf(reader);
        _ = selector.Register(target, SelectorEvents.Read);
        reader.Dispose();

        Assert.Contains("was closed", Assert.Throws<ArgumentException>("target", () => selector.Modify(target, SelectorEvents.Write)).Message, StringComparison.Ordinal);

        Assert.Empty(selector.Map);
    }

    [Fact]
    public void Modify_OfANumberThatIsAnotherEventsNow_UnregistersIt()
    {
        Selector selector = New();
        (Socket reader, _) = NewPair();
        var closed = new WakeDescriptor();
        int number = closed.Number;
        _ = selector.Register(number, SelectorEvents.Read);
        closed.Dispose();
        Assert.Empty(selector.Select(TimeSpan.Zero));

        // One event cannot be told from another by its number. That it was found closed is remembered.
        using var wake = new WakeDescriptor();
        using Descriptor? again = wake.Number == number ? null : DuplicateTo(number, wake.Number);
        Assert.Throws<ArgumentException>("target", () => selector.Modify(number, SelectorEvents.Write));

        Assert.Empty(selector.Map);
        SelectorKey key = selector.Register(number, SelectorEvents.Write);
        SelectorKey other = selector.Register(reader, SelectorEvents.Read);
        Assert.Equal([new ReadyKey(key, SelectorEvents.Write)], selector.Select());
        Assert.Equal((key, other), (selector.GetKey(number), selector.GetKey(reader)));
    }

    [Fact]
    public void TryGetKey_OfAnything_SaysWhetherItIsRegistered()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        SelectorKey key = selector.Register(reader, SelectorEvents.Read, "data");

        Assert.True(selector.TryGetKey(reader, out SelectorKey found));
        Assert.Equal(key, found);
        Assert.True(selector.TryGetKey(NumberOf(reader), out _));
        Assert.False(selector.TryGetKey(writer, out SelectorKey none));
        Assert.Equal(default, none);
        Assert.False(selector.TryGetKey(Unknown, out _));
        Assert.Throws<KeyNotFoundException>(() => selector.GetKey(writer));
        Assert.Throws<KeyNotFoundException>(() => selector.GetKey(Unknown));
    }

    [Fact]
    public void Map_WhileThingsChange_ShowsWhatIsRegisteredNow()
    {
        Selector selector = New();
        (Socket reader, Socket writer) = NewPair();
        IReadOnlyDictionary<int, SelectorKey> map = selector.Map;
        int number = NumberOf(reader);
        Assert.Empty(map);

        SelectorKey key = selector.Register(reader, SelectorEvents.Read, "data");

        Assert.Equal(key, map[number]);
        Assert.True(map.ContainsKey(number));
        Assert.Equal([KeyValuePair.Create(number, key)], map);
        Assert.Equal([number], map.Keys);
        Assert.Equal([key], map.Values);
        Assert.False(map.TryGetValue(NumberOf(writer), out _));
        Assert.Throws<KeyNotFoundException>(() => map[Unknown]);
        foreach (int registered in map.Keys)
        {
            _ = selector.Unregister(registered);
        }

        Assert.Empty(map);
    }

    [Fact]
    public void Dispose_OfASelector_EndsEverythingButWhatWasRegistered()
    {
        Selector selector = Create();
        (Socket reader, Socket writer) = NewPair();
        IReadOnlyDictionary<int, SelectorKey> map = selector.Map;
        _ = selector.Register(reader, SelectorEvents.Read);
        _ = selector.Register(writer, SelectorEvents.Write);

        selector.Dispose();
        selector.Dispose();
        selector.Wake();

        Assert.Throws<ObjectDisposedException>(() => selector.GetKey(reader));
        Assert.Throws<ObjectDisposedException>(() => selector.TryGetKey(reader, out _));
        Assert.Throws<ObjectDisposedException>(() => selector.Register(reader, SelectorEvents.Read));
        Assert.Throws<ObjectDisposedException>(() => selector.Modify(reader, SelectorEvents.Write));
        Assert.Throws<ObjectDisposedException>(() => selector.Unregister(reader));
        Assert.Throws<ObjectDisposedException>(() => selector.Select(TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => selector.Select(new ReadyKey[1]));
        Assert.Throws<KeyNotFoundException>(() => map[NumberOf(reader)]);
        Assert.False(map.TryGetValue(NumberOf(writer), out _));
        Assert.Empty(map);
        Assert.Equal(0, selector.GetStatistics().Registered);
        Assert.Equal(1, writer.Send([1]));
        Assert.Equal(1, reader.Receive(new byte[1]));
    }

    [Fact]
    public void Name_OfASelector_IsThatOfItsCall()
    {
        Selector selector = New();

        Assert.Equal(selector.GetType().Name, $"{char.ToUpperInvariant(selector.Name[0])}{selector.Name[1..]}Selector");
        Assert.Equal("asked for by name", selector.Reason);
    }
}
