using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <content>Batches, growing, and the end.</content>
internal sealed unsafe partial class QueueCore<TItem, TStore>
{
    /// <summary>Puts as many as there is room for now, from the first on.</summary>
    public QueueResult TryPutMany(ReadOnlySpan<TItem> items, out int count)
    {
        count = 0;
        if (_order != QueueOrder.Fifo || _isGrowing)
        {
            QueueResult result = QueueResult.Done;
            while (count < items.Length && (result = TryPut(items[count], 0)) == QueueResult.Done)
            {
                count++;
            }

            return count > 0 || items.IsEmpty ? QueueResult.Done : result;
        }

        while (count < items.Length)
        {
            if (!TryEnterPut())
            {
                return count > 0 ? QueueResult.Done : QueueResult.ShutDown;
            }

            ulong tail = _control->Tail;
            _ = tail - _knownHead + (ulong)Math.Min(items.Length - count, MostInOneTurn) > _limit && HasRoom(tail);
            ulong room = tail - _knownHead >= _limit ? 0 : _limit - (tail - _knownHead);
            int turn = (int)Math.Min(Math.Min((ulong)(items.Length - count), MostInOneTurn), room);
            for (int i = 0; i < turn; i++)
            {
                Shared.Between();
                _store.Write(_slots + ((long)((tail + (ulong)i) & _mask) * _stride), tail + (ulong)i, items[count + i]);
            }

            CrashPoints.Hit(CrashPoint.ItemWritten);
            Shared.Store(ref _control->Tail, tail + (ulong)turn);
            ulong before = tail - _knownHead;
            ExitPut();
            if (turn == 0)
            {
                ThrowIfDamaged(before);
                return count > 0 ? QueueResult.Done : QueueResult.NotNow;
            }

            TellGetters((uint)turn);
            count += turn;
        }

        return QueueResult.Done;
    }

    /// <summary>Takes what is there now, as much as fits.</summary>
    public QueueResult TryGetMany(Span<TItem> items, out int count)
    {
        count = 0;
        if (_order != QueueOrder.Fifo || _isGrowing || Parts.Facts.Has(QueueFlags.AtLeastOnce))
        {
            QueueResult result = QueueResult.Done;
            while (count < items.Length && (result = TryGet(ref items[count])) == QueueResult.Done)
            {
                count++;
            }

            return count > 0 || items.IsEmpty ? QueueResult.Done : result;
        }

        while (count < items.Length)
        {
            EnterGet();
            uint state = Shared.Load(ref _control->State);
            ulong head = _control->Head;
            _ = (long)(_knownTail - head) < items.Length - count && HasItem(head);
            ulong there = state == QueueState.ShutDownAtOnce || _knownTail - head - 1 > _mask ? 0 : _knownTail - head;
            int turn = (int)Math.Min(Math.Min((ulong)(items.Length - count), MostInOneTurn), there);
            int read = 0;
            if (_hand is not null && turn > 0)
            {
                Shared.Store(ref _hand->Got, QueueWork.HandAt((_hand->Got >> QueueHand.CountShift) + (ulong)turn, head + (ulong)turn));
            }

            for (; read < turn; read++)
            {
                ulong at = head + (ulong)read;
                byte* slot = _slots + ((long)(at & _mask) * _stride);
                Shared.Between();
                if (!_store.Read(slot, at, ref items[count + read]))
                {
                    break;
                }

                _store.Clear(slot, at);
            }

            CrashPoints.Hit(CrashPoint.ItemRead);
            if (_hand is not null && read < turn)
            {
                Shared.Store(ref _hand->Got, QueueWork.HandAt((_hand->Got >> QueueHand.CountShift) - (ulong)(turn - read), head + (ulong)read));
            }

            Shared.Store(ref _control->Head, head + (ulong)read);
            ulong before = state == QueueState.ShutDownAtOnce ? 0 : _knownTail - head;
            ExitGet();
            if (read == 0)
            {
                ThrowIfDamaged(before);
                return count > 0 ? QueueResult.Done : turn > 0 ? QueueResult.Refused : state == QueueState.Open ? QueueResult.NotNow : QueueResult.ShutDown;
            }

            TellPutters((uint)read);
            count += read;
        }

        return QueueResult.Done;
    }

    /// <summary>Ends the queue; what was dropped is given back.</summary>
    public void Shutdown(bool immediate)
    {
        QueueControl* control = _control;
        if (_singleProducer)
        {
            Raise(QueueState.ShutDown);
            _memory.Barrier();
            WaitWhileBusy(&control->PutterBusy, control->Producer);
        }
        else
        {
            // In turn with those who put: who is in the middle of it still does.
            QueueSide side = _order == QueueOrder.Fifo ? _room : _items;
            Guard.Enter(_memory, side.Record, side.Me);
            Raise(QueueState.ShutDown);
            Guard.Exit(side.Record);
        }

        CrashPoints.Hit(CrashPoint.QueueShut);
        if (immediate)
        {
            ShutdownAtOnce();
        }

        _items.Tell(uint.MaxValue);
        _room.Tell(uint.MaxValue);
        Parts.Work.Tell(uint.MaxValue);
    }

    private void ShutdownAtOnce()
    {
        QueueControl* control = _control;
        if (_singleConsumer)
        {
            Raise(QueueState.ShutDownAtOnce);
            _memory.Barrier();
            WaitWhileBusy(&control->GetterBusy, control->Consumer);
        }
        else
        {
            Guard.Enter(_memory, _itemsRecord, _items.Me);
            Raise(QueueState.ShutDownAtOnce);
            Guard.Exit(_itemsRecord);
        }

        // From here on nobody touches the slots but who ends the queue, also after another who was killed in the middle of that.
        // Mapped first: by fewer slots than there are, more items than that are nonsense.
        if ((!_isGrowing || control->Storage == _storage || TryRemap()) && HasItem(control->Head))
        {
            DropAll(control->Head, control->Tail);
        }

        while (TakeReturned() is var block && block is not null)
        {
            // It had been got, so it counts until somebody says that it is done.
            Guard.Enter(_memory, Parts.Work.Record, Parts.Work.Me);
            _ = QueueWork.TryAdd(_memory, control, _memory.Own, 1, _memory.Heap.PlaceOf(block));
            Guard.Exit(Parts.Work.Record);
            _memory.Heap.Free(block);
        }
    }

    // Its own before it leaves the list: killed in between, it is found there; killed behind that, it counts as done.
    private HeapBlock* TakeReturned()
    {
        Guard.Enter(_memory, _itemsRecord, _items.Me);
        HeapBlock* block = _memory.Heap.At(_control->Returned);
        if (block is not null && block->Item == ItemState.Returned && block->Queue == Parts.Index)
        {
            _memory.Heap.Own(block);
            Shared.Store(ref _control->Returned, block->NextFree);

            // It still counts until its end is counted, and is not found a second time: the list may lead in a circle.
            block->Item = ItemState.Leased;
        }
        else
        {
            block = null;
            _control->Returned = 0;
        }

        Guard.Exit(_itemsRecord);
        return block;
    }

    private void DropAll(ulong head, ulong tail)
    {
        for (ulong i = 0; i < Math.Min(tail - head, _mask + 1); i++)
        {
            if (_order != QueueOrder.Priority)
            {
                ulong position = _order == QueueOrder.Fifo ? head + i : i;
                _store.Drop(SlotAt(position), position);
            }
        }

        for (ulong slot = 0; _order == QueueOrder.Priority && slot <= _mask; slot++)
        {
            if (PriorityHeap.At(Slots, (uint)slot)->Arrival != 0)
            {
                _store.Drop(SlotAt(slot), slot);
            }
        }
    }

    /// <summary>Lets the state rise, unless it is there already.</summary>
    private void Raise(uint state)
    {
        uint seen;
        do
        {
            seen = Shared.Load(ref _control->State);
        }
        while (seen < state && Shared.CompareExchange(ref _control->State, state, seen) != seen);
    }

    // Its look at the state is over, or comes later and finds the new one. Somebody who died in between is not waited for.
    private void WaitWhileBusy(uint* busy, uint tag)
    {
        for (int tries = 1; Shared.Load(ref *busy) != 0; tries++)
        {
            if (tries < 100)
            {
                Shared.Pause(8);
                continue;
            }

            if (tries % 8 == 0 && !_memory.Liveness.IsUnitAlive(tag))
            {
                return;
            }

            _ = Shared.Sleep(busy, 1, Shared.Now + Guard.NapOf(tries - 100), _memory.IsShared);
        }
    }

    /// <summary>Twice as many slots; false when it must not grow. Outside of the guards, for it allocates.</summary>
    private bool TryGrow()
    {
        QueueControl* control = _control;
        ulong seen = Volatile.Read(ref control->Storage);
        if (seen != _storage)
        {
            return true;
        }

        if (!QueueProtocol.CanGrow(control))
        {
            return false;
        }

        long slots = ((long)_mask + 1) * 2;
        bool isManaged = _slots is null;
        object? extension = _store.Extension(slots);
        HeapBlock* block = isManaged ? null : _memory.Heap.Allocate(QueueSlots.BytesFor(_order, slots, _stride));
        ulong place = isManaged ? 0 : _memory.Heap.PlaceOf(block) + HeapBlock.Size;
        bool isFifo = _order == QueueOrder.Fifo;
        Agent self = _items.Me;
        if (isFifo)
        {
            Guard.Enter(_memory, _roomRecord, self);
        }

        Guard.Enter(_memory, _itemsRecord, self);
        ulong head = control->Head;
        ulong count = control->Tail - head;
        bool isStill = control->Storage == seen && _storage == seen && count <= _mask + 1 && Shared.Load(ref control->State) != QueueState.ShutDownAtOnce;
        HeapBlock* old = isStill && !isManaged ? Parts.BlockOf(seen) : isStill ? null : block;
        if (isStill)
        {
            Move(isManaged ? QueueSlots.Of(null, slots, 0) : QueueSlots.Of(SharedHeap.Data(block), slots, _stride), place, old, head, count, extension);
        }

        Guard.Exit(_itemsRecord);
        if (isFifo)
        {
            Guard.Exit(_roomRecord);
        }

        if (old is not null)
        {
            _memory.Heap.Free(old);
        }

        return true;
    }

    // By copies of the counts: they fit into the slots, whatever the memory says now.
    private void Move(QueueSlots to, ulong place, HeapBlock* old, ulong head, ulong count, object? extension)
    {
        QueueControl* control = _control;
        ulong storage = place | (uint)System.Numerics.BitOperations.Log2((ulong)to.Count);
        HeapBlock* block = to.Start is null ? null : (HeapBlock*)(to.Start - HeapBlock.Size);
        if (block is not null)
        {
            MoveSlots(to, head, count);
            block->Queue = Parts.Index;
            if (old is not null)
            {
                // With this process from here on: killed behind the store below, it is freed with it.
                old->Queue = Parts.Index;
                _memory.Heap.Own(old);
            }
        }

        _store.Extend(extension, _order == QueueOrder.Fifo ? head : 0, _order == QueueOrder.Priority ? (long)_mask + 1 : (long)count);
        CrashPoints.Hit(CrashPoint.QueueGrowing);
        Shared.Store(ref control->Storage, storage);
        CrashPoints.Hit(CrashPoint.QueueGrown);
        if (block is not null)
        {
            SharedHeap.Keep(block);
        }

        Map(to, storage);
    }

    private void MoveSlots(QueueSlots to, ulong head, ulong count)
    {
        if (_order == QueueOrder.Priority)
        {
            Buffer.MemoryCopy(_slots, to.Start, to.Count * to.Stride, ((long)_mask + 1) * _stride);
            for (long slot = (long)_mask + 1; slot < to.Count; slot++)
            {
                PriorityHeap.At(to, (uint)slot)->Arrival = 0;
            }

            PriorityHeap.Arrange(to);
            return;
        }

        ulong first = _order == QueueOrder.Fifo ? head : 0;
        for (ulong i = 0; i < count; i++)
        {
            Buffer.MemoryCopy(_slots + ((long)((first + i) & _mask) * _stride), to[first + i], _stride, _stride);
        }
    }
}
