using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class UserTypeTests
{
    [Fact]
    public void Read_Record_KeepsEveryField()
    {
        var order = new Order(Guid.NewGuid(), "Ada", [1.5m, 2], new() { ["x"] = 1 });
        Order read = RoundTrip.Of(order);
        Assert.Equal(order.Id, read.Id);
        Assert.Equal("Ada!", read.Secret);
        Assert.Equal(order.Prices, read.Prices);
        Assert.Equal(order.Stock, read.Stock);
    }

    [Fact]
    public void Read_DerivedClass_KeepsPrivateInheritedFields()
    {
        Animal read = RoundTrip.Of<Animal>(new Dog("Rex") { Friend = new Animal(2) });
        Dog dog = Assert.IsType<Dog>(read);
        Assert.Equal((4, "Rex", 2), (dog.Legs, dog.Name, dog.Friend!.Legs));
    }

    [Fact]
    public void Read_AnonymousType_GivesTheSame() => Assert.Equal(new { A = 1, B = "x" }, RoundTrip.Of(new { A = 1, B = "x" }));

    [Fact]
    public void Read_MembersOfOtherTypes_KeepTheirTypes()
    {
        Holder read = RoundTrip.Of(new Holder { Any = new Dog("a"), Animal = new Dog("b"), Left = Stream.Null });
        Assert.Equal("a", Assert.IsType<Dog>(read.Any).Name);
        Assert.IsType<Dog>(read.Animal);
        Assert.Null(read.Left);
    }

    [Fact]
    public void Read_SharedObjects_StayShared()
    {
        var dog = new Dog("x");
        var list = new List<Animal> { dog, dog };
        (List<Animal> a, List<Animal> b) = RoundTrip.Of((list, list));
        Assert.Same(a, b);
        Assert.Same(a[0], a[1]);
    }

    [Fact]
    public void Read_CyclicObjects_AreCyclic()
    {
        var node = new Node { Value = 1 };
        node.Next = new Node { Value = 2, Next = node, Peers = { node } };
        node.Next.Keys.Add(new Keyed("k") { Owner = node });
        Node read = RoundTrip.Of(node);
        Assert.Same(read, read.Next!.Next);
        Assert.Same(read, read.Next.Peers[0]);
        Assert.Contains(new Keyed("k"), read.Next.Keys);
        object?[] self = new object?[1];
        self[0] = self;
        object?[] readSelf = RoundTrip.Of(self);
        Assert.Same(readSelf, readSelf[0]);
    }

    [Fact]
    public void Read_LongChainInsideTheLimit_Arrives()
    {
        Node? chain = null;
        for (int i = 0; i < 400; i++)
        {
            chain = new Node { Value = i, Next = chain };
        }

        Node read = RoundTrip.Of(chain!);
        Assert.Equal(399, read.Value);
    }

    [Fact]
    public void Write_ChainOverTheLimit_SaysSo()
    {
        Node? chain = null;
        for (int i = 0; i < 10_000; i++)
        {
            chain = new Node { Value = i, Next = chain };
        }

        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of(chain!));
        Assert.Contains("nested more than 512 deep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AfterARefusal_TheWriterWorksAgain()
    {
        using var writer = new PayloadWriter();
        Assert.Throws<CannotTravelException>(() => RoundTrip.ToChild.Write(writer, new Holder { Any = new MemoryStream() }, typeof(Holder), "a"));
        writer.Clear();
        RoundTrip.ToChild.Write(writer, new Holder { Any = 1 }, typeof(Holder), "a");
        var reader = new PayloadReader(writer.WrittenSpan);
        Assert.Equal(1, ((Holder)RoundTrip.ToChild.Read(ref reader, typeof(Holder))!).Any);
    }

    [Fact]
    public void Read_Exceptions_AsValues()
    {
        var read = RoundTrip.Of<Exception>(new ArgumentException("bad", "x"));
        Assert.Equal("x", Assert.IsType<ArgumentException>(read).ParamName);
    }
}
