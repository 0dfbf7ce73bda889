/** Time that tests can move. Tokens, rate limits and webhook retries all read it, so one advance() moves them together. */

interface Alarm {
	at: number;
	run: () => void | Promise<void>;
}

export class Clock {
	private offset = 0;

	private alarms: Alarm[] = [];

	private timer: NodeJS.Timeout | undefined;

	/** Milliseconds since the epoch, as the emulated account sees them. */
	now(): number {
		return Date.now() + this.offset;
	}

	/** Milliseconds by which the account is ahead of the machine. */
	get ahead(): number {
		return this.offset;
	}

	set ahead(ms: number) {
		this.offset = ms;
		this.arm();
	}

	/** Unix seconds, the unit of every timestamp in API v4. */
	seconds(): number {
		return Math.floor(this.now() / 1000);
	}

	/** Moves time forward and runs, in order, everything that became due; resolves when that work has finished. */
	async advance(ms: number): Promise<void> {
		const target = this.now() + ms;
		for (let next = this.next(target); next; next = this.next(target)) {
			this.offset += Math.max(0, next.at - this.now());
			this.alarms.splice(this.alarms.indexOf(next), 1);
			await next.run();
		}
		this.offset += Math.max(0, target - this.now());
		this.arm();
	}

	/** Calls `run` when the clock passes `at`, through real time or through advance(). */
	schedule(at: number, run: () => void | Promise<void>): void {
		this.alarms.push({ at, run });
		this.arm();
	}

	stop(): void {
		clearTimeout(this.timer);
		this.alarms = [];
	}

	private next(target: number): Alarm | undefined {
		const due = this.alarms.filter((alarm) => alarm.at <= target);
		return due.sort((a, b) => a.at - b.at)[0];
	}

	private arm(): void {
		clearTimeout(this.timer);
		if (this.alarms.length === 0) return;
		const first = Math.min(...this.alarms.map((alarm) => alarm.at));
		// setTimeout overflows above 2^31 ms; a far alarm simply re-arms.
		const wait = Math.min(Math.max(0, first - this.now()), 2 ** 31 - 1);
		this.timer = setTimeout(() => void this.advance(0), wait);
		this.timer.unref();
	}
}
