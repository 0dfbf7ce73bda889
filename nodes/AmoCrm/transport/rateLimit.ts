import { randomInt, sleep } from 'n8n-workflow';

import { remembered } from './remembered';

/** amoCRM's limit for one integration in one account, requests per second (core facts 3.7). */
export const DEFAULT_REQUESTS_PER_SECOND = 7;

/** Length of the sliding window, ms: a second and a little, for the network. */
const WINDOW_MS = 1025;
/**
 * amoCRM counts at its own door, and nobody sees a request arrive. One that took longer than the fastest may have been on
 * its way for so much longer: at most this many ms in the network, and as long as this process was busy meanwhile. What
 * goes beyond is amoCRM's own work.
 */
const LONGEST_WAY_MS = 60;
/** How fast the fastest answer is forgotten, ms for each later one. */
const FORGET_MS = 0.05;
/**
 * So many answers tell what is fast. Until then all may be late: n8n loads what its first requests need, and this process
 * is not busy meanwhile (ms at most).
 */
const ENOUGH_ANSWERS = 14;
const LONGEST_FIRST_WAY_MS = 2000;

/** How long everybody pauses after a 429 that names no time, ms. It doubles while 429s go on. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;
/** After a 429 the allowed rate grows back by this many requests per second, each second... */
const RECOVERY_PER_SECOND = 0.5;
/** ...up to this part of the rate that was too much, and from there on only so fast: repeated breaches end in a block. */
const SAFE_PART = 0.8;
const PROBING_PER_SECOND = 0.05;

/** How long the gate sleeps before it looks again, ms: answers and withdrawals shorten the wait. */
const NAP_MS = 50;
/** A moment for each request to leave, ms: what starts in a crowd leaves late. In a busy n8n it becomes longer by itself. */
const LEAVING_MS = 5;

type Waiter = { limit: number; admit: (slot: Slot) => void };

/** The right to start one request now. */
export interface Slot {
	readonly startedAt: number;
	/** The `limit` that it was given under. */
	readonly limit: number;
	/** How much of the gate's `lateMs` was there before. */
	readonly lateBeforeMs: number;
	/** The request may leave at any time until it is over, after others that belong to it. */
	leavesLate?: true;
	/** How long the request took, ms, once it is over, and how much of that its way to amoCRM was at the most. */
	end?: { tookMs: number; longestWayMs: number };
}

/**
 * The gate of one account and integration: at most `limit` requests start in any window, whoever sends them.
 * Executions take turns, so a big one cannot starve a small one. Where their limits differ, the highest holds for all
 * together, and a lower one for those that have it or a lower one still: who may not go yet lets others pass.
 * On a 429 everybody pauses and the rate halves, then grows back slowly, so that several n8n processes that share a
 * limit converge.
 */
export class RateLimiter {
	/** Requests that may still count, by their start. */
	private slots: Slot[] = [];

	/** The shortest time that an answer took lately, ms, and how many there were. */
	private fastestMs = Infinity;
	private answers = 0;

	/** By how much the gate has woken up too late so far, ms: so long this process was busy with something else. */
	private lateMs = 0;
	private lateUntil = 0;

	/** Requests that have started and are not over. */
	private readonly underWay = new Set<Slot>();

	/** Waiting calls by execution; the map's order is the turn. */
	private readonly queues = new Map<unknown, Waiter[]>();

	private pumping = false;
	private watching = false;

	private pausedUntil = 0;
	private pauseMs = FIRST_PAUSE_MS;

	/** When the last 429 came, what the rate was then and right after, and from when on it recovers. */
	private breach?: { at: number; breachedRate: number; reducedRate: number; recoversFrom: number };

	/**
	 * Resolves when the caller may start one request now; rejects with the signal's reason when it is aborted. `limit` is
	 * in requests per second. Tell the gate with `answered`, or `ended` and `slowDown`, what came of the request.
	 */
	async take(execution: unknown, limit: number, signal?: AbortSignal): Promise<Slot> {
		signal?.throwIfAborted();
		return await new Promise<Slot>((resolve, reject) => {
			const admit = (slot: Slot): void => {
				signal?.removeEventListener('abort', onAbort);
				resolve(slot);
			};
			const waiter: Waiter = { limit, admit };
			const onAbort = () => {
				this.forget(execution, waiter);
				reject(signal?.reason ?? new Error('aborted'));
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			const queue = this.queues.get(execution) ?? [];
			queue.push(waiter);
			this.queues.set(execution, queue);
			void this.pump();
		});
	}

	/** Tell the gate that amoCRM let the request through and answered it; returns how long that took, ms. */
	answered(slot: Slot): number {
		const tookMs = this.ended(slot);
		// It rises again by and by, for a network that has become slower.
		this.fastestMs = Math.min(tookMs, this.fastestMs + FORGET_MS);
		this.answers += 1;
		if (clock() >= this.pausedUntil) this.pauseMs = FIRST_PAUSE_MS;
		return tookMs;
	}

	/** Tell the gate that the request is over, however it went; returns how long that took, ms. */
	ended(slot: Slot): number {
		const tookMs = clock() - slot.startedAt;
		slot.end = { tookMs, longestWayMs: this.longestWayMs(slot) };
		this.underWay.delete(slot);
		return tookMs;
	}

	/** Tell the gate that the request was not sent at all. */
	unused(slot: Slot): void {
		this.slots = this.slots.filter((other) => other !== slot);
		this.underWay.delete(slot);
	}

	private longestWayMs({ lateBeforeMs, leavesLate }: Slot): number {
		if (leavesLate) return Infinity;
		return (this.answers < ENOUGH_ANSWERS ? LONGEST_FIRST_WAY_MS : LONGEST_WAY_MS) + this.lateMs - lateBeforeMs;
	}

	/** When amoCRM has counted the request at the latest, as far as is known by now. */
	private countsFrom(slot: Slot): number {
		const { startedAt, end } = slot;
		if (!end) return startedAt + this.longestWayMs(slot);
		const fastestMs = this.answers < ENOUGH_ANSWERS ? 0 : this.fastestMs;
		return startedAt + Math.min(Math.max(0, end.tookMs - fastestMs), end.longestWayMs);
	}

	/** Tell the gate that amoCRM answered 429: everybody pauses, the rate halves. */
	slowDown(limit: number, { startedAt }: Slot, retryAfterMs?: number): void {
		const now = clock();
		// A little more or less for each process, or those that were refused together would come back together.
		const pause = retryAfterMs ?? this.pauseMs * (randomInt(90, 131) / 100);
		this.pausedUntil = Math.max(this.pausedUntil, now + pause);
		// The other requests of the same burst fail together: they count as one breach.
		if (this.breach && startedAt <= this.breach.at) return;
		// What was too much is what went through the gate, not what a careful execution may send of it.
		const breachedRate = this.rate(Math.max(limit, ...this.slots.map((slot) => slot.limit)), now);
		this.breach = { at: now, breachedRate, reducedRate: Math.max(1, breachedRate / 2), recoversFrom: this.pausedUntil };
		this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
	}

	/** The allowed rate, requests per second: `limit`, or less after a 429. */
	private rate(limit: number, now: number): number {
		if (!this.breach) return limit;
		const { breachedRate, reducedRate, recoversFrom } = this.breach;
		const safeRate = Math.max(reducedRate, breachedRate * SAFE_PART);
		const seconds = Math.max(0, now - recoversFrom) / 1000;
		const quickSeconds = Math.min(seconds, (safeRate - reducedRate) / RECOVERY_PER_SECOND);
		const grown = quickSeconds * RECOVERY_PER_SECOND + (seconds - quickSeconds) * PROBING_PER_SECOND;
		return Math.min(limit, reducedRate + grown);
	}

	/** Admits waiting calls one by one, each as soon as the window has room for its limit. One pump runs per gate. */
	private async pump(): Promise<void> {
		if (this.pumping) return;
		this.pumping = true;
		while (this.queues.size > 0) {
			const waitMs = this.admitNext();
			await this.nap(waitMs === 0 ? LEAVING_MS : Math.min(waitMs, NAP_MS));
		}
		this.pumping = false;
	}

	/** Naps while requests are under way, to notice when this process is busy: then nobody may wait for a turn. */
	private async watch(): Promise<void> {
		if (this.watching) return;
		this.watching = true;
		while (this.underWay.size > 0) await this.nap(NAP_MS);
		this.watching = false;
	}

	/** Lets the first call go that may; returns how long all have to wait when none may, ms, or else 0. */
	private admitNext(): number {
		const waits = new Map<number, number>();
		for (const [execution, queue] of this.queues) {
			const [next] = queue as [Waiter];
			const waitMs = waits.get(next.limit) ?? this.waitMs(next.limit);
			waits.set(next.limit, waitMs);
			if (waitMs > 0) continue;
			this.queues.delete(execution);
			queue.shift();
			// To the back of the line, so that executions take turns.
			if (queue.length > 0) this.queues.set(execution, queue);
			const slot = { startedAt: clock(), limit: next.limit, lateBeforeMs: this.lateMs };
			this.slots.push(slot);
			this.underWay.add(slot);
			void this.watch();
			next.admit(slot);
			return 0;
		}
		return Math.min(NAP_MS, ...waits.values());
	}

	private waitMs(limit: number): number {
		const now = clock();
		if (now < this.pausedUntil) return this.pausedUntil - now;
		const from = now - WINDOW_MS;
		this.slots = this.slots.filter((slot) => this.countsFrom(slot) > from);
		const limits = new Set([limit, ...this.slots.map((slot) => slot.limit).filter((other) => other > limit)]);
		return Math.max(...[...limits].map((each) => this.waitWithin(each, now)));
	}

	/** How long until fewer than `limit` requests count, of those that keep to it, ms. */
	private waitWithin(limit: number, now: number): number {
		const allowed = Math.max(1, Math.floor(this.rate(limit, now)));
		const counted = this.slots.filter((slot) => slot.limit <= limit).map((slot) => this.countsFrom(slot));
		if (counted.length < allowed) return 0;
		counted.sort((one, other) => other - one);
		return Math.max(0, (counted[allowed - 1] as number) + WINDOW_MS - now);
	}

	private async nap(ms: number): Promise<void> {
		const due = clock() + ms;
		await sleep(ms);
		const now = clock();
		this.lateMs += Math.max(0, now - Math.max(due, this.lateUntil));
		this.lateUntil = now;
	}

	private forget(execution: unknown, waiter: Waiter): void {
		const left = (this.queues.get(execution) ?? []).filter((other) => other !== waiter);
		if (left.length > 0) this.queues.set(execution, left);
		else this.queues.delete(execution);
	}
}

/** Milliseconds that never jump: a corrected system clock must not open or shut the gate. */
const clock = (): number => performance.now();

/** The gate shared by every execution and node of this process that uses the same account and integration. */
export const rateLimiterOf: (accountKey: string) => RateLimiter = remembered(() => new RateLimiter());
