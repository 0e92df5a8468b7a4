using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>
/// The operations on a queue that do not wait: slots, counts and guards. FIFO: those who put have one guard, those who get another; LIFO and priority:
/// one guard for both. Each operation is decided by one store. Specification: docs/design/queues.md; model: docs/models/queue.pml.
/// </summary>
/// <typeparam name="TItem">What is put into slots.</typeparam>
/// <typeparam name="TStore">How.</typeparam>
internal sealed unsafe partial class QueueCore<TItem, TStore>
    where TStore : struct, IItemStore<TItem>
{
    // Items that one turn under a guard moves at most: others want it too.
    private const int MostInOneTurn = 64;

    private readonly ScopeMemory _memory;
    private readonly QueueControl* _control;
    private readonly QueueSide _items;
    private readonly QueueSide _room;
    private readonly ObjectRecord* _itemsRecord;
    private readonly ObjectRecord* _roomRecord;
    private readonly QueueHand* _hand;
    private readonly QueueOrder _order;
    private readonly bool _singleProducer;
    private readonly bool _singleConsumer;
    private readonly bool _isGrowing;
    private TStore _store;

    // What the counts of the other side were when they were last looked at. Each is its own side's.
    private ulong _knownHead;
    private ulong _knownTail;

    // Who put and who got last through this object, where only one may: whoever it is again need not be looked up.
    private ulong _putterKey = ulong.MaxValue;
    private ulong _getterKey = ulong.MaxValue;
    private uint _putterTag;
    private uint _getterTag;

    // Where the slots are: changes under both guards when the queue grows.
    private ulong _storage;
    private byte* _slots;
    private ulong _mask;
    private int _stride;
    private ulong _limit;

    /// <exception cref="InvalidDataException">The queue's words are damaged.</exception>
    public QueueCore(QueueParts parts, TStore store)
    {
        Parts = parts;
        _memory = parts.Memory;
        _control = parts.Control;
        (_items, _room) = (parts.Items, parts.Room);
        _itemsRecord = _items.Record;
        _roomRecord = _room.Record;
        _order = parts.Facts.Order;
        _isGrowing = parts.Facts.Has(QueueFlags.Growing);
        bool isRing = _order == QueueOrder.Fifo && !_isGrowing;
        _singleProducer = isRing && parts.Facts.Has(QueueFlags.SingleProducer);
        _singleConsumer = isRing && parts.Facts.Has(QueueFlags.SingleConsumer);
        _hand = _memory.IsShared ? QueueProtocol.Hand(_control, _memory.Own) : null;
        _store = store;
        if (!TryRemap())
        {
            throw parts.Damaged();
        }

        _memory.PrepareBarriers();
    }

    public QueueParts Parts { get; }

    // Known to the compiler: other items have no bytes beside their slots.
    private static bool HasWeights
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TItem) == typeof(Payload);
    }

    /// <summary>Puts an item into a queue that is FIFO, or with its priority.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QueueResult TryPut(in TItem item, long priority)
    {
        if (_order != QueueOrder.Fifo)
        {
            return PutInOrder(item, priority);
        }

        if (!TryEnterPut())
        {
            return QueueResult.ShutDown;
        }

        QueueControl* control = _control;
        ulong tail = control->Tail;
        if (tail - _knownHead >= _limit && !HasRoom(tail))
        {
            ulong count = tail - _knownHead;
            ExitPut();
            return Full(count, item, priority);
        }

        Shared.Between();
        _store.Write(_slots + ((long)(tail & _mask) * _stride), tail, item);
        if (HasWeights && _isGrowing)
        {
            QueueProtocol.NoteBytes(control->BytesPut, tail, _store.Weight(item));
        }

        CrashPoints.Hit(CrashPoint.ItemWritten);

        // Publish: pairs with the read of Tail in HasItem. Killed before it, the slot is free as it was.
        Shared.Store(ref control->Tail, tail + 1);
        CrashPoints.Hit(CrashPoint.ItemPut);
        ExitPut();
        TellGetters(1);
        return QueueResult.Done;
    }

    /// <summary>Takes the next item out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QueueResult TryGet(ref TItem item)
    {
        if (_order != QueueOrder.Fifo)
        {
            return GetInOrder(ref item);
        }

        EnterGet();
        QueueControl* control = _control;
        ulong head = control->Head;
        if ((control->State | control->Returned) != 0 || ((long)(_knownTail - head) <= 0 && !HasItem(head)))
        {
            return GetSeldom(head, ref item);
        }

        return Take(head, ref item);
    }

    private QueueResult Take(ulong head, ref TItem item)
    {
        QueueControl* control = _control;
        byte* slot = _slots + ((long)(head & _mask) * _stride);
        NoteInHand(head);
        Shared.Between();
        if (!_store.Read(slot, head, ref item))
        {
            ForgetInHand(head);
            ExitGet();
            return QueueResult.Refused;
        }

        _store.Clear(slot, head);
        CrashPoints.Hit(CrashPoint.ItemRead);
        if (HasWeights && _isGrowing)
        {
            QueueProtocol.NoteBytes(control->BytesGot, head, _store.Weight(item));
        }

        // Publish: pairs with the read of Head in HasRoom. Killed before it, the item is in the queue as it was.
        Shared.Store(ref control->Head, head + 1);
        CrashPoints.Hit(CrashPoint.ItemGot);
        ExitGet();
        TellPutters(1);
        return QueueResult.Done;
    }

    // Under the guard, or busy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private QueueResult GetSeldom(ulong head, ref TItem item)
    {
        QueueControl* control = _control;
        uint state = Shared.Load(ref control->State);
        if (state != QueueState.ShutDownAtOnce)
        {
            if (control->Returned != 0 && GetReturned(ref item))
            {
                ExitGet();
                return QueueResult.Done;
            }

            // Behind the state: nothing is put after a shutdown.
            if (HasItem(head))
            {
                return Take(head, ref item);
            }
        }

        ulong count = state == QueueState.ShutDownAtOnce ? 0 : _knownTail - head;
        ExitGet();
        ThrowIfDamaged(count);
        return state == QueueState.Open ? QueueResult.NotNow : QueueResult.ShutDown;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryEnterPut()
    {
        if (!_singleProducer)
        {
            return TryEnterPutGuarded();
        }

        QueueControl* control = _control;
        if (_putterKey != Agents.CurrentKey || control->Producer != _putterTag)
        {
            TakeOverPutting();
        }

        // The look at State is behind the store: pairs with the barrier in Shutdown, which waits for those who are busy.
        Shared.Store(ref control->PutterBusy, 1);
        _memory.AfterStore();
        if (Shared.Load(ref control->State) == QueueState.Open)
        {
            return true;
        }

        ExitPut();
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryEnterPutGuarded()
    {
        QueueControl* control = _control;
        Guard.Enter(_memory, _roomRecord, _room.Me);
        if (Shared.Load(ref control->State) != QueueState.Open)
        {
            ExitPut();
            return false;
        }

        if (_isGrowing && control->Storage != _storage && !TryRemap())
        {
            ExitPut();
            throw Parts.Damaged();
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeOverPutting()
    {
        Agent self = _room.Me;
        _control->Producer = self.Tag;
        (_putterKey, _putterTag) = (self.Key, self.Tag);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ExitPut()
    {
        if (_singleProducer)
        {
            Shared.Store(ref _control->PutterBusy, 0);
        }
        else
        {
            Guard.Exit(_roomRecord);
        }

        GC.KeepAlive(Parts);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterGet()
    {
        QueueControl* control = _control;
        if (_singleConsumer)
        {
            if (_getterKey != Agents.CurrentKey || control->Consumer != _getterTag)
            {
                TakeOverGetting();
            }

            Shared.Store(ref control->GetterBusy, 1);
            _memory.AfterStore();
            return;
        }

        Guard.Enter(_memory, _itemsRecord, _items.Me);
        if (_isGrowing && control->Storage != _storage)
        {
            RemapToGet();
        }
    }

    // Not with the guard: whoever came next would wait for this unit for ever.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemapToGet()
    {
        if (!TryRemap())
        {
            ExitGet();
            throw Parts.Damaged();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ExitGet()
    {
        if (_singleConsumer)
        {
            Shared.Store(ref _control->GetterBusy, 0);
        }
        else
        {
            Guard.Exit(_itemsRecord);
        }

        GC.KeepAlive(Parts);
    }

    // The one before it may have been killed in the middle.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeOverGetting()
    {
        Agent self = _items.Me;
        if (_control->Consumer != self.Tag)
        {
            Guard.Enter(_memory, _itemsRecord, self);
            QueueWork.CorrectAll(_memory, _control);
            _control->Consumer = self.Tag;
            Guard.Exit(_itemsRecord);
        }

        (_getterKey, _getterTag) = (self.Key, self.Tag);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool HasRoom(ulong tail)
    {
        _knownHead = Volatile.Read(ref _control->Head);
        return tail - _knownHead < _limit && (!_isGrowing || QueueProtocol.HasBytes(_control));
    }

    private bool HasItem(ulong head)
    {
        _knownTail = Volatile.Read(ref _control->Tail);
        return _knownTail - head - 1 <= _mask;
    }

    // Outside of the guard again.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private QueueResult Full(ulong count, in TItem item, long priority)
    {
        ThrowIfDamaged(count);
        if (!_isGrowing || !QueueProtocol.HasBytes(_control) || !TryGrow())
        {
            return QueueResult.NotNow;
        }

        // Each time that it is full it has grown meanwhile, unless somebody changes its words to and fro.
        return RuntimeHelpers.TryEnsureSufficientExecutionStack() ? TryPut(item, priority) : throw Parts.Damaged();
    }

    // More items than slots: somebody wrote nonsense.
    private void ThrowIfDamaged(ulong count)
    {
        if (count > _mask + 1 && (!_isGrowing || _control->Storage == _storage))
        {
            throw Parts.Damaged();
        }
    }

    // Before Head is written, in one store with the position: killed in between, the position tells.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteInHand(ulong head)
    {
        if (_hand is not null)
        {
            Shared.Store(ref _hand->Got, QueueWork.HandAt((_hand->Got >> QueueHand.CountShift) + 1, head + 1));
        }
    }

    private void ForgetInHand(ulong head)
    {
        if (_hand is not null)
        {
            Shared.Store(ref _hand->Got, QueueWork.HandAt((_hand->Got >> QueueHand.CountShift) - 1, head));
        }
    }

    // The look is behind the store of Tail; partner: the barrier of who gets into the queue of waiters.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TellGetters(uint count)
    {
        _memory.AfterStore();
        if (Shared.Load(ref _control->ItemsWanted) != 0)
        {
            _items.Tell(count);
        }
    }

    // The same behind Head.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TellPutters(uint count)
    {
        _memory.AfterStore();
        if (Shared.Load(ref _control->RoomWanted) != 0)
        {
            _room.Tell(count);
        }
    }

    // False when the word makes no sense: then everything is as it was.
    private bool TryRemap()
    {
        ulong storage = Volatile.Read(ref _control->Storage);
        if (Parts.Facts.Has(QueueFlags.Managed) && _order != QueueOrder.Priority)
        {
            Map(QueueSlots.Of(null, 1L << (int)(storage & QueueControl.SlotsMask), 0), storage);
            return true;
        }

        // Of fewer slots than the capacity one that does not grow would be full, and have room by its counts.
        bool isSound = QueueSlots.TryRead(_memory, storage, _order, Parts.Facts.SlotBytes, out QueueSlots slots)
            && (_isGrowing || slots.Count >= Parts.Facts.Capacity);
        if (isSound)
        {
            Map(slots, storage);
        }

        return isSound;
    }

    private void Map(in QueueSlots slots, ulong storage)
    {
        _slots = slots.Start;
        _stride = slots.Stride;
        _mask = (ulong)slots.Count - 1;
        _storage = storage;
        _limit = Math.Min(_mask + 1, (ulong)Parts.Facts.Capacity);
    }
}
