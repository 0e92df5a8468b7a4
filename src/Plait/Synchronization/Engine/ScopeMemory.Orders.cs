using System.Collections.Concurrent;
using System.Text;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>
/// The orders in which locks were acquired: classes, and edges between them. Under the allocation guard; a class or an edge is there when the
/// number of them has been raised, and an edge is found when its class leads to it, so a death loses at most the last.
/// </content>
internal sealed unsafe partial class ScopeMemory
{
    public const int MostOrderClasses = 4096;
    public const int MostOrderEdges = 16_384;

    private readonly ConcurrentDictionary<(string Text, uint Owner, int Level), uint> _orderClasses = new();

    public OrderClassRecord* ClassRecord(uint number) => (OrderClassRecord*)(_base + OrderClassesOffset) + Math.Min(number, MostOrderClasses - 1u);

    public OrderEdgeRecord* OrderEdge(uint index) => (OrderEdgeRecord*)(_base + OrderEdgesOffset) + Math.Min(index, MostOrderEdges - 1u);

    public string ClassText(uint number)
    {
        OrderClassRecord* record = ClassRecord(number);
        string text = Encoding.UTF8.GetString(record->Text, Math.Clamp(record->Length, 0, OrderClassRecord.TextBytes));
        return record->Level == 0 ? text : $"{text}, level {record->Level}";
    }

    /// <summary>The number of a class; 0 when the table is full: then it is not checked.</summary>
    public uint OrderClass(string text, uint owner, int level)
    {
        if (_orderClasses.TryGetValue((text, owner, level), out uint known))
        {
            return known;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ReadOnlySpan<byte> end = bytes.AsSpan(Math.Max(0, bytes.Length - OrderClassRecord.TextBytes));
        EnterAllocation();
        uint number = FindClass(end, owner, level);
        if (number == 0 && Header->OrderClassTop + 1 < MostOrderClasses)
        {
            number = Header->OrderClassTop + 1;
            OrderClassRecord* record = ClassRecord(number);
            record->FirstEdge = 0;
            record->Owner = owner;
            record->Level = level;
            record->Length = end.Length;
            end.CopyTo(new Span<byte>(record->Text, OrderClassRecord.TextBytes));
            Volatile.Write(ref Header->OrderClassTop, number);
        }

        ExitAllocation();
        _orderClasses[(text, owner, level)] = number;
        return number;
    }

    /// <summary>The same class at a level of nesting.</summary>
    public uint AtLevel(uint number, int level)
    {
        OrderClassRecord* record = ClassRecord(number);
        return OrderClass(Encoding.UTF8.GetString(record->Text, Math.Clamp(record->Length, 0, OrderClassRecord.TextBytes)), record->Owner, level);
    }

    /// <summary>Notes an order; the inversion, if it is the first to close a circle.</summary>
    /// <param name="from">The class of what is held.</param>
    /// <param name="to">The class of what is acquired.</param>
    /// <param name="heldAt">Where the first was acquired.</param>
    /// <param name="wantedAt">Where the second is.</param>
    /// <param name="agent">By whom.</param>
    /// <param name="isOnlyMixed">Only circles through classes of several memories count: others are found elsewhere.</param>
    public OrderInversion? AddOrder(uint from, uint to, SourcePlace heldAt, SourcePlace wantedAt, Agent agent, bool isOnlyMixed)
    {
        if (from == 0 || to == 0)
        {
            return null;
        }

        uint heldSite = SiteNumber(heldAt.File, heldAt.Line);
        uint wantedSite = SiteNumber(wantedAt.File, wantedAt.Line);
        uint added = 0;
        List<uint>? way = null;
        EnterAllocation();
        try
        {
            uint index = Header->OrderEdgeTop;
            if (HasEdge(from, to) || index >= MostOrderEdges)
            {
                return null;
            }

            way = FindWay(to, from);
            if (way is not null && isOnlyMixed && !IsMixed(from, way))
            {
                way = null;
            }

            OrderEdgeRecord* edge = OrderEdge(index);
            *edge = new OrderEdgeRecord
            {
                From = from,
                To = to,
                Next = ClassRecord(from)->FirstEdge,
                Flags = way is null ? 0 : OrderEdgeRecord.ClosesCircle,
                HeldSite = heldSite,
                WantedSite = wantedSite,
                Participant = agent.Memory == this ? Own : uint.MaxValue,
                Pid = Environment.ProcessId,
                Thread = agent.IsFlow ? -agent.Record->FlowId : agent.Record->ThreadId,
            };
            Volatile.Write(ref Header->OrderEdgeTop, index + 1);
            Volatile.Write(ref ClassRecord(from)->FirstEdge, index + 1);
            added = index;
        }
        finally
        {
            ExitAllocation();
        }

        return way is null ? null : DescribeCircle(added, way);
    }

    /// <summary>All inversions that were found, by whatever process.</summary>
    public List<OrderInversion> Inversions()
    {
        var found = new List<OrderInversion>();
        uint top = Math.Min(Volatile.Read(ref Header->OrderEdgeTop), MostOrderEdges);
        for (uint index = 0; index < top; index++)
        {
            OrderEdgeRecord* edge = OrderEdge(index);
            if ((edge->Flags & OrderEdgeRecord.ClosesCircle) != 0 && FindWay(edge->To, edge->From) is { } way)
            {
                found.Add(DescribeCircle(index, way));
            }
        }

        return found;
    }

    private OrderInversion DescribeCircle(uint first, List<uint> way) => new([.. way.Prepend(first).Select(DescribeStep)]);

    private OrderStep DescribeStep(uint index)
    {
        OrderEdgeRecord edge = *OrderEdge(index);
        string process = edge.Participant != uint.MaxValue && IsCurrent(edge.Participant) ? DescribeParticipant(edge.Participant)
            : edge.Pid == Environment.ProcessId ? ProcessName
            : "a process that is gone";
        return new OrderStep(
            ClassText(edge.From),
            DescribeSite(edge.HeldSite),
            ClassText(edge.To),
            DescribeSite(edge.WantedSite),
            new UnitIdentity(edge.Pid, Math.Max(0, edge.Thread), Math.Max(0, -edge.Thread), process));
    }

    private uint FindClass(ReadOnlySpan<byte> text, uint owner, int level)
    {
        uint top = Math.Min(Volatile.Read(ref Header->OrderClassTop), MostOrderClasses - 1u);
        for (uint number = 1; number <= top; number++)
        {
            OrderClassRecord* record = ClassRecord(number);
            if (record->Owner == owner && record->Level == level
                && new ReadOnlySpan<byte>(record->Text, Math.Clamp(record->Length, 0, OrderClassRecord.TextBytes)).SequenceEqual(text))
            {
                return number;
            }
        }

        return 0;
    }

    private bool HasEdge(uint from, uint to)
    {
        uint next = Volatile.Read(ref ClassRecord(from)->FirstEdge);
        for (int steps = 0; next != 0 && steps < MostOrderEdges; steps++)
        {
            OrderEdgeRecord* edge = OrderEdge(next - 1);
            if (edge->To == to)
            {
                return true;
            }

            next = edge->Next;
        }

        return false;
    }

    // The edges from one class to another, or none if they are the same; null when there is no way. Breadth first: the shortest says most.
    private List<uint>? FindWay(uint from, uint to)
    {
        if (from == to)
        {
            return [];
        }

        var cameBy = new Dictionary<uint, uint> { [from] = uint.MaxValue };
        var next = new Queue<uint>([from]);
        while (next.TryDequeue(out uint at))
        {
            uint link = Volatile.Read(ref ClassRecord(at)->FirstEdge);
            for (int steps = 0; link != 0 && steps < MostOrderEdges; steps++)
            {
                OrderEdgeRecord* edge = OrderEdge(link - 1);
                if (edge->To != at && cameBy.TryAdd(edge->To, link - 1))
                {
                    if (edge->To == to)
                    {
                        return Trace(cameBy, to);
                    }

                    next.Enqueue(edge->To);
                }

                link = edge->Next;
            }
        }

        return null;
    }

    private List<uint> Trace(Dictionary<uint, uint> cameBy, uint to)
    {
        var way = new List<uint>();
        for (uint edge = cameBy[to]; edge != uint.MaxValue; edge = cameBy[OrderEdge(edge)->From])
        {
            way.Add(edge);
        }

        way.Reverse();
        return way;
    }

    private bool IsMixed(uint from, List<uint> way)
    {
        uint owner = ClassRecord(from)->Owner >> 24;
        return way.Exists(edge => ClassRecord(OrderEdge(edge)->From)->Owner >> 24 != owner);
    }
}
