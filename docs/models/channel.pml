/*
 * One ring of a channel, as src/Plait/Memory/ByteRing.cs runs it: a producer, a consumer, a supervisor that closes the
 * ring when one of them is gone, and a killer that stops either of them for ever between any two steps.
 *
 * One step of this model is one access to shared memory. SPIN interleaves steps of a sequentially consistent memory, so a
 * full fence is the order of two steps, and a missing fence is modelled by the order that the processor could then make
 * of them. Copying a byte in, copying it out, and moving a position are separate steps.
 *
 *     spin -a channel.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000               no failed assertion
 *     spin -a -DTOTAL=3 channel.pml && gcc -O2 -DNP -o pan pan.c && ./pan -E -l -m100000   no endless run either
 *
 * (-E: a killed process stands still wherever it was, which is no error here; the Watcher below judges the end states.)
 *
 * What is proved, for two messages that are each larger than the ring:
 *   - a byte that is read is a byte that was published: data[position] holds what the producer wrote for that position;
 *   - every run ends, and when nothing moves any more each side has ended or was killed: no lost wake-up, no deadlock;
 *   - a consumer that ends because its producer died has read all that was published before.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   NO_WAKER_FENCE        the waker looks at the waiting flag before it publishes
 *   NO_SLEEPER_FENCE      the sleeper looks at the position before it raises its flag
 *   FLAG_DOWN_AFTER_BELL  the waker rings and wakes first and takes the flag down last
 *   BELL_AFTER_LOOK       the sleeper reads the bell's value after it looked
 *   CLOSE_WITHOUT_BELL    closing wakes the sleepers but leaves the bells as they were
 *   PUBLISH_BEFORE_COPY   the head moves before the bytes are in place
 *   CONSUME_BEFORE_COPY   the tail moves before the bytes are copied out
 *   NO_BELL_WHEN_FULL     the producer of a message larger than the ring sleeps without having woken the consumer
 *   END_BEFORE_LAST_LOOK  the consumer looks for data first and at Closed second, and ends
 */

#define RING 2
#define MESSAGE 3
#ifndef TOTAL
#define TOTAL 6
#endif

/* Shared memory: struct RingControl and the ring's bytes. */
byte head;
byte tail;
bit consumerWaiting;
bit producerWaiting;
bit closed;
byte data[RING];

/*
 * The bells. Only one process sleeps on each, and all it asks of a bell is whether it still has the value that was read:
 * so a bell is one bit here, 1 when it was rung since. (The real word counts to 2^32, which is no limit in practice.)
 */
bit dataBell;
bit spaceBell;

/* The kernel: who sleeps in futex(2), and how often yet a signal or a deadline may end a sleep. */
bit consumerAsleep;
bit producerAsleep;
byte interruptions = 1;

/* The processes. */
bit producerAlive = 1;
bit consumerAlive = 1;
bit producerEnded;
bit consumerEnded;
bit closedAtWill;

/* Publishing is over. Looking at the flag comes after it: the full fence in ByteRing.Ring. */
inline ringBell(bell, waiting, asleep, seen)
{
#ifndef NO_WAKER_FENCE
	seen = waiting;
#endif
	if
	:: seen ->
#ifdef FLAG_DOWN_AFTER_BELL
		bell = 1;
		asleep = 0;
		waiting = 0;
#else
		waiting = 0;
		bell = 1;
		asleep = 0;
#endif
		seen = 0
	:: else
	fi
}

/* futex(2): comparing the word and going to sleep are one step. */
inline sleepOn(bell, asleep)
{
	atomic {
		if
		:: bell == 0 -> asleep = 1
		:: else
		fi
	};
	!asleep
}

proctype Producer() provided (producerAlive)
{
	byte sent, left, count, i;
	bit seen, isReady;

	left = MESSAGE;
	do
	:: atomic { left == 0 -> left = MESSAGE };
		ringBell(dataBell, consumerWaiting, consumerAsleep, seen);
		if
		:: closed || sent == TOTAL -> break
		:: else
		fi
	:: atomic { left > 0 && head - tail == RING };
#ifndef NO_BELL_WHEN_FULL
		ringBell(dataBell, consumerWaiting, consumerAsleep, seen);
#endif
		do
		::
#ifndef BELL_AFTER_LOOK
			spaceBell = 0;
#endif
#ifndef NO_SLEEPER_FENCE
			producerWaiting = 1;
#endif
			isReady = closed;
			if
			:: isReady
			:: else -> isReady = head - tail < RING
			fi;
#ifdef BELL_AFTER_LOOK
			spaceBell = 0;
#endif
#ifdef NO_SLEEPER_FENCE
			producerWaiting = 1;
#endif
			if
			:: isReady -> atomic { producerWaiting = 0; isReady = 0 }; break
			:: else -> sleepOn(spaceBell, producerAsleep)
			fi
		od;
		if
		:: closed -> break
		:: else
		fi
	:: atomic {
		left > 0 && head - tail < RING;
		count = RING - (head - tail);
		if
		:: count > left -> count = left
		:: else
		fi
		};
#ifdef NO_WAKER_FENCE
		seen = consumerWaiting;
#endif
#ifdef PUBLISH_BEFORE_COPY
		head = head + count;
#endif
		do
		:: atomic { i < count -> data[(sent + i) % RING] = sent + i + 1; i++ }
		:: atomic { i == count -> i = 0; break }
		od;
#ifdef PUBLISH_BEFORE_COPY
		atomic { sent = sent + count; left = left - count; count = 0 }
#else
		atomic { head = head + count; sent = sent + count; left = left - count; count = 0 }
#endif
	od;
	producerEnded = 1
}

proctype Consumer() provided (consumerAlive)
{
	byte received, count, i;
	bit seen, isReady, wasClosed;

	do
	:: received == TOTAL -> break
	:: else ->
#ifdef END_BEFORE_LAST_LOOK
		count = head - received;
		wasClosed = closed;
#else
		wasClosed = closed;
		count = head - received;
#endif
		if
		:: count > 0 ->
			/* The reader's buffer may be smaller than what is there. */
			atomic {
				wasClosed = 0;
				if
				:: count = 1
				:: true
				fi
			};
#ifdef NO_WAKER_FENCE
			seen = producerWaiting;
#endif
#ifdef CONSUME_BEFORE_COPY
			tail = tail + count;
#endif
			do
			:: atomic { i < count -> assert(data[(received + i) % RING] == received + i + 1); i++ }
			:: atomic { i == count -> i = 0; break }
			od;
#ifdef CONSUME_BEFORE_COPY
			atomic { received = received + count; count = 0 };
#else
			atomic { tail = tail + count; received = received + count; count = 0 };
#endif
			ringBell(spaceBell, producerWaiting, producerAsleep, seen)
		:: count == 0 && wasClosed -> break
		:: else ->
#ifndef BELL_AFTER_LOOK
			dataBell = 0;
#endif
#ifndef NO_SLEEPER_FENCE
			consumerWaiting = 1;
#endif
			isReady = head != received;
			if
			:: isReady
			:: else -> isReady = closed
			fi;
#ifdef BELL_AFTER_LOOK
			dataBell = 0;
#endif
#ifdef NO_SLEEPER_FENCE
			consumerWaiting = 1;
#endif
			if
			:: isReady -> atomic { consumerWaiting = 0; isReady = 0 }
			:: else ->
				sleepOn(dataBell, consumerAsleep);
				/* A deadline takes the flag down; any other end of the sleep leaves that to the waker. */
				if
				:: consumerWaiting = 0
				:: true
				fi
			fi
		fi
	od;
	assert(received == TOTAL || received == head || closedAtWill);
	consumerEnded = 1
}

/* A signal or a deadline ends a sleep without any bell. */
proctype Interrupter()
{
	do
	:: atomic { interruptions > 0 && consumerAsleep -> interruptions--; consumerAsleep = 0 }
	:: atomic { interruptions > 0 && producerAsleep -> interruptions--; producerAsleep = 0 }
	:: interruptions == 0 -> break
	od
}

/* At any moment of the others: kills one side, or closes the ring over two living ones, or does nothing at all. */
proctype Killer()
{
	if
	:: producerAlive = 0
	:: consumerAlive = 0
	:: closedAtWill = 1
	:: true
	fi
}

/* Learns of a death some time after it. Closed first, then each bell, then each wake. */
proctype Supervisor()
{
	!producerAlive || !consumerAlive || closedAtWill;
	closed = 1;
#ifndef CLOSE_WITHOUT_BELL
	dataBell = 1;
#endif
	consumerAsleep = 0;
#ifndef CLOSE_WITHOUT_BELL
	spaceBell = 1;
#endif
	producerAsleep = 0
}

/* When nothing moves any more, nobody who lives may be left waiting. */
proctype Watcher()
{
	timeout;
	assert(producerEnded || !producerAlive);
	assert(consumerEnded || !consumerAlive)
}

init
{
	atomic {
		run Producer();
		run Consumer();
		run Interrupter();
		run Killer();
		run Supervisor();
		run Watcher()
	}
}
