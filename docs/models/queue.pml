/*
 * One FIFO queue with one slot, as src/Plait/Queues/Engine runs it (QueueCore, QueueProtocol, QueueWork, QueueRecovery): either A and B put an
 * item each and D gets, or B puts two and C and D get. A or C may be killed between any two of its steps. W learns of the death and recovers what is left, as any process
 * does: docs/design/queues.md.
 *
 * One step is one access to shared memory that others can see or that a death can fall behind. Taking a guard is one step with the decision behind
 * it, for until then it could as well be taken later. The queue of those who wait is made again from the records by a repair, so changing it and telling
 * them is one step, and so is the repair: only one of all dies. A sleep ends by a wake-up, or when nothing else can happen any more: that is the
 * sleepers' interval, which must never be needed.
 *
 *     spin -a queue.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m100000
 *
 * What is proved: who gets, gets each item once; an item is lost only in the hands of who died with it; those who live
 * put all that they have, and get all that was put; nobody who lives sleeps while there is something for it; what the dead had got is known.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   NO_FENCE            who puts looks at ItemsWanted before others see its Tail
 *   NO_FENCE_AT_GET     who gets looks at RoomWanted before others see its Head
 *   WANTED_AFTER_LOOK   who waits looks at the counts before ItemsWanted says that it does
 *   TAIL_BEFORE_ITEM    Tail covers the slot before the item is in it
 *   HEAD_BEFORE_COPY    Head gives the slot away before the item is copied out
 *   HAND_AFTER_HEAD     the hand is written after Head
 *   HAND_NOT_CORRECTED  who takes the guard over leaves a hand that is ahead of Head
 *   GRANT_NOT_PASSED_ON a waiter that was told, and died before it looked, is not replaced
 *   NOBODY_TOLD         a burial does not tell those who wait
 *   NO_PENDING          whose queue of waiters the dead one had in hand is not written down, so those it granted are not woken
 */

#define A 1
#define B 2
#define C 3
#define D 4
#define W 5

#define CAPACITY 1
#define ITEMS 2

#define IDLE 0
#define WAITING 1
#define GRANTED 2

/* The queue. */
byte tail, head;
byte slot[CAPACITY];
byte putGuard, getGuard;
bit itemsWanted, roomWanted;
chan itemsQueue = [2] of { byte };
chan roomQueue = [2] of { byte };

/* What C and D have got, and up to where. */
byte got[5], upTo[5];

/* The records of the units. */
byte park[5];
bit waits[5];
bit pendingItems[5], pendingRoom[5];

/* The kernel, and the watching eye. */
bit asleep[5];
bit ended[5];
bit dead[6];
bit runs[5];
bit isBuried[5];
byte put;               /* items that count, as a set of bits */
byte taken;             /* of these, those that were got */
byte reallyGot[5];

#define COUNT (tail - head)

inline enterGet(me)
{
	if
	:: atomic { getGuard == 0 -> getGuard = me }
	:: atomic { getGuard != 0 && dead[getGuard] -> getGuard = me;
		do
		:: nempty(itemsQueue) -> itemsQueue?u
		:: empty(itemsQueue) -> break
		od;
		for (u : C .. D) {
			if
			:: waits[u] && park[u] == WAITING -> itemsQueue!u
			:: else
			fi
		}
		itemsWanted = 1;
		correct();
		grantItems();
		wake()
		}
	fi
}

inline enterPut(me)
{
	if
	:: atomic { putGuard == 0 -> putGuard = me }
	:: atomic { putGuard != 0 && dead[putGuard] -> putGuard = me;
		do
		:: nempty(roomQueue) -> roomQueue?u
		:: empty(roomQueue) -> break
		od;
		for (u : A .. B) {
			if
			:: waits[u] && park[u] == WAITING -> roomQueue!u
			:: else
			fi
		}
		roomWanted = 1;
		grantRoom();
		wake()
		}
	fi
}

/* Under the get guard, before Head goes on. */
inline correct()
{
#ifndef HAND_NOT_CORRECTED
	atomic {
		if
		:: got[C] > 0 && upTo[C] == head + 1 -> got[C]--; upTo[C] = head
		:: else
		fi
	}
#else
	skip
#endif
}

inline grantItems()
{
	atomic {
		n = COUNT;
		do
		:: n > 0 && nempty(itemsQueue) -> itemsQueue?u; woken = woken | (1 << u); park[u] = GRANTED; n--
		:: n == 0 || empty(itemsQueue) -> break
		od;
		if
		:: empty(itemsQueue) -> itemsWanted = 0
		:: nempty(itemsQueue)
		fi;
		u = 0;
		n = 0
	}
}

inline grantRoom()
{
	atomic {
		n = CAPACITY - COUNT;
		do
		:: n > 0 && nempty(roomQueue) -> roomQueue?u; woken = woken | (1 << u); park[u] = GRANTED; n--
		:: n == 0 || empty(roomQueue) -> break
		od;
		if
		:: empty(roomQueue) -> roomWanted = 0
		:: nempty(roomQueue)
		fi;
		u = 0;
		n = 0
	}
}

/* One step: killed in the middle of it is as if before it. */
inline wake()
{
	d_step {
		for (u : A .. D) {
			asleep[u] = asleep[u] && !(woken & (1 << u))
		}
		u = 0;
		woken = 0
	}
}

inline tellGetters(me)
{
	atomic { pendingItems[me] = 1; enterGet(me) };
	grantItems();
	getGuard = 0;
	atomic { wake(); pendingItems[me] = 0 }
}

inline tellPutters(me)
{
	atomic { pendingRoom[me] = 1; enterPut(me) };
	grantRoom();
	putGuard = 0;
	atomic { wake(); pendingRoom[me] = 0 }
}

/* The dead one may have granted, and have been killed before it woke: those are out of the queue, and asleep. */
inline rewake(isPending, first, second)
{
#ifndef NO_PENDING
	if
	:: isPending ->
		d_step {
			if
			:: park[first] == GRANTED -> asleep[first] = 0
			:: else
			fi;
			if
			:: park[second] == GRANTED -> asleep[second] = 0
			:: else
			fi
		};
		isPending = 0
	:: else
	fi
#else
	skip
#endif
}

inline sleep(me)
{
	do
	:: park[me] == GRANTED -> break
	:: atomic { park[me] == WAITING -> asleep[me] = 1 };
		!asleep[me]
	od;
	atomic { park[me] = IDLE; waits[me] = 0 }
}

/* Whoever is killed is nowhere: it is dead in one step, between any two of its own. */
chan kill = [0] of { byte };

proctype Putter(byte me; byte item; byte last)
{
	byte u, n;
	byte woken;
	bit isWanted;

	{
	do
	:: item > last -> break
	:: else ->
		enterPut(me);
		if
		:: COUNT < CAPACITY ->
#ifdef NO_FENCE
			isWanted = itemsWanted;
#endif
#ifdef TAIL_BEFORE_ITEM
			d_step { tail++; put = put | (1 << item) };
			slot[(tail - 1) % CAPACITY] = item;
#else
			slot[tail % CAPACITY] = item;
			d_step { tail++; put = put | (1 << item) };
#endif
			item++;
			putGuard = 0;
#ifndef NO_FENCE
			isWanted = itemsWanted;
#endif
			if
			:: isWanted -> isWanted = 0; tellGetters(me)
			:: else
			fi
		:: else ->
			atomic { pendingRoom[me] = 1; roomQueue!me; park[me] = WAITING; waits[me] = 1 };
			roomWanted = 1;
			grantRoom();
			putGuard = 0;
			atomic { wake(); pendingRoom[me] = 0 };
			sleep(me)
		fi
	od;
	ended[me] = 1
	} unless { atomic { kill?eval(me) -> dead[me] = 1; asleep[me] = 0 } }
}

proctype Getter(byte me)
{
	byte u, n, item;
	byte woken;
	bit isWanted;

	{
	do
	:: enterGet(me);
		if
		:: COUNT > 0 ->
#ifdef NO_FENCE_AT_GET
			isWanted = roomWanted;
#endif
#ifndef HAND_AFTER_HEAD
			atomic { got[me]++; upTo[me] = head + 1 };
#endif
#ifdef HEAD_BEFORE_COPY
			d_step { head++; reallyGot[me]++ };
			item = slot[(head - 1) % CAPACITY];
#else
			item = slot[head % CAPACITY];
			d_step { head++; reallyGot[me]++ };
#endif
#ifdef HAND_AFTER_HEAD
			atomic { got[me]++; upTo[me] = head };
#endif
			atomic {
				assert(item != 0);
				assert((put & (1 << item)) && !(taken & (1 << item)));
				taken = taken | (1 << item);
				item = 0
			};
			getGuard = 0;
#ifndef NO_FENCE_AT_GET
			isWanted = roomWanted;
#endif
			if
			:: isWanted -> isWanted = 0; tellPutters(me)
			:: else
			fi
		:: else ->
			atomic { pendingItems[me] = 1; itemsQueue!me; park[me] = WAITING; waits[me] = 1 };
#ifdef WANTED_AFTER_LOOK
			isWanted = COUNT > 0;
			itemsWanted = 1;
			if
			:: isWanted -> isWanted = 0; grantItems()
			:: else
			fi;
#else
			itemsWanted = 1;
			grantItems();
#endif
			getGuard = 0;
			atomic { wake(); pendingItems[me] = 0 };
			sleep(me)
		fi
	od
	} unless { atomic { kill?eval(me) -> dead[me] = 1; asleep[me] = 0 } }
}

inline buryPutter()
{
	if
	:: waits[A] ->
		enterPut(W);
		if
		:: waits[A] && park[A] == WAITING -> d_step { roomQueue??eval(A); waits[A] = 0 }
		:: else -> waits[A] = 0
		fi;
#ifndef GRANT_NOT_PASSED_ON
		grantRoom();
#endif
		putGuard = 0;
		wake()
	:: else
	fi
}

inline buryGetter()
{
	if
	:: waits[C] ->
		enterGet(W);
		if
		:: waits[C] && park[C] == WAITING -> d_step { itemsQueue??eval(C); waits[C] = 0 }
		:: else -> waits[C] = 0
		fi;
#ifndef GRANT_NOT_PASSED_ON
		grantItems();
#endif
		getGuard = 0;
		wake()
	:: else
	fi
}

inline buryInQueue()
{
#ifdef GRANT_NOT_PASSED_ON
	skip
#else
#ifdef NOBODY_TOLD
	enterGet(W);
	correct();
	getGuard = 0
#else
	enterGet(W);
	correct();
	grantItems();
	getGuard = 0;
	wake();
	enterPut(W);
	grantRoom();
	putGuard = 0;
	wake()
#endif
#endif
}

proctype Watcher()
{
	byte u, n;
	byte woken;

	do
	:: dead[A] && !isBuried[A] -> buryPutter(); rewake(pendingItems[A], C, D); rewake(pendingRoom[A], B, A); buryInQueue(); isBuried[A] = 1
	:: dead[C] && !isBuried[C] -> buryGetter(); rewake(pendingItems[C], D, C); rewake(pendingRoom[C], A, B); buryInQueue();
		assert(got[C] == reallyGot[C]);
		isBuried[C] = 1
	od
}

proctype Killer()
{
	if
	:: runs[A] -> kill!A
	:: runs[C] -> kill!C
	:: true
	fi
}

#define ALL_PUT ((!runs[A] || ended[A] || dead[A]) && ended[B])

/* Nothing can happen any more: all is put, all is got, and whoever lives waits for items. */
proctype Judge()
{
	atomic { timeout ->
		assert(ALL_PUT);
		assert(COUNT == 0);
		assert(!runs[A] || dead[A] || (put & 2));
		assert(put & 4);
		assert(asleep[D] && (!runs[C] || dead[C] || asleep[C]));
		/* What was got and is in nobody's list died with C. */
		assert(reallyGot[C] + reallyGot[D] == head && got[D] == reallyGot[D]);
		assert(dead[C] || taken == put)
	}
}

init
{
	atomic {
		if
		:: runs[A] = 1; run Putter(A, 1, 1); run Putter(B, ITEMS, ITEMS)
		:: runs[C] = 1; run Putter(B, 1, ITEMS); run Getter(C)
		fi;
		run Getter(D);
		run Watcher();
		run Killer();
		run Judge()
	}
}
