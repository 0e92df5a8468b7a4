/*
 * One barrier of two parties, as src/Plait/Synchronization/Engine runs it (BarrierProtocol, ScopeBarrier): three agents come, some of
 * them twice, so that somebody may come while the last round's action still runs. One agent may be killed between any two of its steps,
 * while it waits, in the action, or inside the guard; another may give up: docs/design/locks.md.
 *
 * One step is one access to shared memory that others can see or that a death can fall behind. A sleep ends by a wake-up, or when
 * nothing else can happen any more: that is the sleepers' interval, and it may be needed only after a death.
 *
 *     spin -a barrier.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m100000
 *
 * What is proved: a round lets through two parties that had both come, with different ranks; the action of a round runs alone, and
 * before any party of it goes on; who has come and is killed breaks the barrier, and then nobody waits; nobody waits beside another.
 * (Who dies before it comes is not a party yet: nobody can know that it would have come.)
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   ACT_WITHOUT_HOLD       who runs the action has nothing in its record that leads recovery to the barrier
 *   LAST_PARTY_QUEUES      the last party gets into the queue like the others, and nobody looks whether they are complete
 *   NEXT_ROUND_UNMARKED    who comes while the action runs is not told apart from those of the round
 *   NO_REPAIR              the guard of a dead holder is taken over without breaking the round
 *   QUIET_WITHDRAWAL       who gives up leaves the queue without breaking the barrier
 *   BREAK_WITHOUT_REFUSAL  breaking the barrier leaves those asleep who wait already
 *   COMPLETE_BLINDLY       who has run the action does not look whether the round is still its own
 */

#define N 3
#define LIMIT 2
#define me _pid

#define IDLE 0
#define WAITING 1
#define GRANTED 2
#define REFUSED 3

/* The object. */
byte acting;
bit isBroken;
byte guard;
chan queue = [N] of { byte };

/* The agents' records. */
byte park[N + 1];
bit waits[N + 1];
bit isNext[N + 1];
bit mustAct[N + 1];
bit pending[N + 1];
bit hold[N + 1];

/* The kernel, and the watching eye. */
bit asleep[N + 1];
bit due[N + 1];
bit dead[N + 1];
bit ended[N + 1];
byte runs;              /* actions that run in a round that is whole */
byte intervals;

inline end(a, how)
{
	d_step { queue??eval(a) };
	atomic { park[a] = how; asleep[a] = 0 }
}

inline breakIt()
{
	isBroken = 1;
#ifndef BREAK_WITHOUT_REFUSAL
	do
	:: atomic { nempty(queue) -> queue?<other> }; end(other, REFUSED)
	:: empty(queue) -> break
	od;
#endif
	atomic { acting = 0; runs = 0 }
}

/* Those who came while the action ran have come now. */
inline grant()
{
	if
	:: acting == 0 && !isBroken ->
		d_step {
			for (other : 1 .. N) { isNext[other] = 0 }
			other = 0
		}
		if
		:: len(queue) == LIMIT ->
			atomic { queue?other; queue?<last>; queue!other; if :: queue?other; queue!other; fi; other = 0 };
			atomic { acting = last; runs++; assert(runs == 1) };
			mustAct[last] = 1;
			end(last, GRANTED)
		:: else
		fi
	:: else
	fi
}

inline enter()
{
	if
	:: atomic { guard == 0 -> guard = me }
	:: atomic { guard != 0 && dead[guard] -> guard = me };
#ifndef NO_REPAIR
		d_step {
			do
			:: nempty(queue) -> queue?other
			:: empty(queue) -> break
			od;
			for (other : 1 .. N) {
				if
				:: waits[other] && park[other] == WAITING -> queue!other
				:: else
				fi
			}
			other = 0;
		}
		breakIt()
#endif
	fi
}

inline leave() { guard = 0 }

inline complete()
{
	assert(runs == 1);
	runs = 0;
	do
	:: nempty(queue) ->
		atomic {
			queue?<other>;
			if
			:: isNext[other] -> break
			:: else
			fi
		};
		/* Two parties: one waited, and the one that acts is the other. */
		assert(other != me && rank == 0);
		rank++;
		end(other, GRANTED)
	:: empty(queue) -> break
	od;
	assert(rank == LIMIT - 1);
	rank = 0;
	acting = 0;
	grant()
}

/* What recovery does for who is dead: it goes where the record leads it. */
inline bury(who)
{
	if
	:: waits[who] || pending[who] || hold[who] ->
		enter();
		if
		:: waits[who] && park[who] == WAITING -> d_step { queue??eval(who) }; waits[who] = 0; breakIt()
		:: else -> waits[who] = 0
		fi;
		if
		:: acting == who -> breakIt()
		:: else
		fi;
		atomic { pending[who] = 0; hold[who] = 0 };
		leave()
	:: else
	fi
}

inline checkUp()
{
	if
	:: dead[1] -> bury(1)
	:: else
	fi;
	enter();
	grant();
	leave()
}

/*
 * Whoever is killed is nowhere: where it was and what it had in hand is no part of the state any more, and it is dead in one step with
 * that, between any two of its own. (A handshake that leaves a block: SPIN's reduction does not see those, so it is switched off.)
 */
chan kill = [0] of { byte };

proctype Agent()
{
	byte other, last, rank, times;
	bit acts, isOut;

	{
	do
	:: times == 2 || isOut -> break
	:: times < 2 && !isOut ->
		times++;
		pending[me] = 1;
		enter();
		if
		:: isBroken -> leave(); isOut = 1
#ifndef LAST_PARTY_QUEUES
		:: !isBroken && acting == 0 && len(queue) + 1 >= LIMIT ->
			atomic { acting = me; runs++; assert(runs == 1) };
			leave();
			acts = 1
		:: else ->
#else
		:: else ->
#endif
			park[me] = WAITING;
#ifndef NEXT_ROUND_UNMARKED
			isNext[me] = acting != 0;
#endif
			waits[me] = 1;
			queue!me;
			leave();
			do
			:: park[me] == GRANTED -> acts = mustAct[me]; break
			:: park[me] == REFUSED -> isOut = 1; break
			:: park[me] == WAITING && due[me] -> due[me] = 0; checkUp()
			:: me == 2 && park[me] == WAITING ->
				enter();
				if
				:: park[me] == WAITING ->
					d_step { queue??eval(me) };
					park[me] = IDLE;
					waits[me] = 0;
					isOut = 1;
#ifndef QUIET_WITHDRAWAL
					breakIt();
#endif
					leave();
					break
				:: else -> leave()
				fi
			:: atomic { park[me] == WAITING && !due[me] -> asleep[me] = 1 };
				!asleep[me]
			od
		fi;
		if
		:: acts ->
#ifndef ACT_WITHOUT_HOLD
			hold[me] = 1;
#endif
			atomic { park[me] = IDLE; mustAct[me] = 0 };
			waits[me] = 0;
			pending[me] = 0;
			/* The action. */
			skip;
			enter();
			if
#ifndef COMPLETE_BLINDLY
			:: acting == me -> complete()
			:: else -> isOut = 1
#else
			:: true -> complete()
#endif
			fi;
			leave();
			hold[me] = 0;
			acts = 0
		:: else ->
			park[me] = IDLE;
			waits[me] = 0;
			pending[me] = 0
		fi;
		intervals = 0
	od;
	ended[me] = 1
	} unless { atomic { kill?eval(me) -> dead[me] = 1; asleep[me] = 0; due[me] = 0 } }
}

/* At any moment of the others. They are all alike: the first is as good as any. */
proctype Killer()
{
	if
	:: kill!1
	:: true
	fi
}

/* Nobody waits but for somebody who has not come. */
#define IS_FINE ((ended[1] || dead[1]) && ended[2] && ended[3] \
	|| guard == 0 && acting == 0 && len(queue) < LIMIT && (!isBroken || empty(queue)) && !(dead[1] && waits[1] && park[1] == WAITING) \
	&& (ended[1] || dead[1] || park[1] == WAITING) && (ended[2] || park[2] == WAITING) && (ended[3] || park[3] == WAITING))

proctype Clock()
{
	do
	:: atomic { timeout ->
		if
		:: intervals == 2 -> assert(IS_FINE); break
		:: else ->
			assert(dead[1] || IS_FINE);
			intervals++;
			due[1] = !dead[1]; due[2] = 1; due[3] = 1;
			asleep[1] = 0; asleep[2] = 0; asleep[3] = 0
		fi
		}
	od
}

init
{
	atomic {
		run Agent();
		run Agent();
		run Agent();
		run Killer();
		run Clock()
	}
}
