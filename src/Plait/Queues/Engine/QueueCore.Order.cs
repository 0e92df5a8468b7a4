using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <content>LIFO and priority, under the guard of those who get; items that came back; looking.</content>
internal sealed unsafe partial class QueueCore<TItem, TStore>
{
    private QueueSlots Slots
    {
        get
        {
            // Read when the queue was mapped; not again, for others can write there.
            return QueueSlots.Of(_slots, (long)_mask + 1, _stride);
        }
    }

    /// <summary>Copies the next item out, which stays.</summary>
    public QueueResult TryPeek(ref TItem item)
    {
        EnterGet();
        QueueControl* control = _control;
        uint state = Shared.Load(ref control->State);
        ulong head = control->Head;
        bool isThere = state != QueueState.ShutDownAtOnce && HasItem(head);
        QueueResult result = state == QueueState.Open ? QueueResult.NotNow : QueueResult.ShutDown;
        if (state != QueueState.ShutDownAtOnce && control->Returned != 0)
        {
            result = _store.PeekReturned(_memory.Heap.At(control->Returned), ref item) ? QueueResult.Done : QueueResult.Refused;
        }
        else if (isThere)
        {
            ulong position = NextPosition(head);
            result = _store.Peek(SlotAt(position), position, ref item) ? QueueResult.Done : QueueResult.Refused;
        }

        ulong count = state == QueueState.ShutDownAtOnce ? 0 : _knownTail - head;
        ExitGet();
        ThrowIfDamaged(count);
        return result;
    }

    private QueueResult PutInOrder(in TItem item, long priority)
    {
        QueueControl* control = _control;
        Guard.Enter(_memory, _itemsRecord, _items.Me);
        if (Shared.Load(ref control->State) != QueueState.Open)
        {
            Guard.Exit(_itemsRecord);
            return QueueResult.ShutDown;
        }

        if (_isGrowing && control->Storage != _storage && !TryRemap())
        {
            Guard.Exit(_itemsRecord);
            throw Parts.Damaged();
        }

        ulong tail = control->Tail;
        _knownHead = control->Head;
        ulong count = tail - _knownHead;
        if (count >= _limit || (_isGrowing && !QueueProtocol.HasBytes(control)))
        {
            Guard.Exit(_itemsRecord);
            return Full(count, item, priority);
        }

        ulong position = _order == QueueOrder.Lifo ? count : PriorityHeap.FreeSlot(Slots, (long)count);
        byte* slot = SlotAt(position);
        Shared.Between();
        _store.Write(slot, position, item);
        if (HasWeights)
        {
            QueueProtocol.NoteBytes(control->BytesPut, tail, _store.Weight(item));
        }

        CrashPoints.Hit(CrashPoint.ItemWritten);
        if (_order == QueueOrder.Priority)
        {
            // The arrival decides: killed behind it, a repair counts the item and puts it where it belongs.
            PrioritySlot* entry = PriorityHeap.At(Slots, (uint)position);
            entry->Priority = priority;
            Shared.Store(ref entry->Arrival, tail + 1);
            CrashPoints.Hit(CrashPoint.ItemArrived);
            PriorityHeap.Push(Slots, (long)count, (uint)position, priority, tail + 1);
        }

        Shared.Store(ref control->Tail, tail + 1);
        CrashPoints.Hit(CrashPoint.ItemPut);
        Guard.Exit(_itemsRecord);
        TellGetters(1);
        return QueueResult.Done;
    }

    private QueueResult GetInOrder(ref TItem item)
    {
        QueueControl* control = _control;
        EnterGet();
        uint state = Shared.Load(ref control->State);
        ulong head = control->Head;
        if (state == QueueState.ShutDownAtOnce || control->Returned != 0 || !HasItem(head))
        {
            bool isReturned = state != QueueState.ShutDownAtOnce && control->Returned != 0 && GetReturned(ref item);
            if (isReturned || state == QueueState.ShutDownAtOnce || !HasItem(head))
            {
                ulong there = _knownTail - head;
                ExitGet();
                ThrowIfDamaged(state == QueueState.ShutDownAtOnce ? 0 : there);
                return isReturned ? QueueResult.Done : state == QueueState.Open ? QueueResult.NotNow : QueueResult.ShutDown;
            }
        }

        ulong position = NextPosition(head);
        byte* slot = SlotAt(position);
        NoteInHand(head);
        Shared.Between();
        if (!_store.Read(slot, position, ref item))
        {
            ForgetInHand(head);
            ExitGet();
            return QueueResult.Refused;
        }

        _store.Clear(slot, position);
        if (HasWeights)
        {
            QueueProtocol.NoteBytes(control->BytesGot, head, _store.Weight(item));
        }

        CrashPoints.Hit(CrashPoint.ItemRead);
        if (_order == QueueOrder.Priority)
        {
            Shared.Store(ref PriorityHeap.At(Slots, (uint)position)->Arrival, 0);
            CrashPoints.Hit(CrashPoint.ItemLeft);
            PriorityHeap.Pop(Slots, (long)(_knownTail - head));
        }

        Shared.Store(ref control->Head, head + 1);
        CrashPoints.Hit(CrashPoint.ItemGot);
        ExitGet();
        TellPutters(1);
        return QueueResult.Done;
    }

    // Its block is the caller's before it leaves the list: killed in between, it is found there.
    private bool GetReturned(ref TItem item)
    {
        HeapBlock* block = _memory.Heap.At(_control->Returned);
        if (block is null || block->Item != ItemState.Returned || !_store.ReadReturned(block, ref item))
        {
            _control->Returned = 0;
            QueueRecovery.Recount(_memory, _control);
            return false;
        }

        CrashPoints.Hit(CrashPoint.ItemTakenAgain);
        Shared.Store(ref _control->Returned, block->NextFree);
        QueueRecovery.CountTaken(_control);
        return true;
    }

    private ulong NextPosition(ulong head) => _order switch
    {
        QueueOrder.Fifo => head,
        QueueOrder.Lifo => _knownTail - head - 1,
        _ => PriorityHeap.First(Slots),
    };

    // Behind the words of its priority, where it has one.
    private byte* SlotAt(ulong position) =>
        _slots + ((long)(position & _mask) * _stride) + (_order == QueueOrder.Priority ? PrioritySlot.Size : 0);
}
