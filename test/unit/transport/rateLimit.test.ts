import { RateLimiter as AmoGate } from '../../../emulator/rateLimit';
import type { Slot } from '../../../nodes/AmoCrm/transport/rateLimit';
import { RateLimiter, rateLimiterOf } from '../../../nodes/AmoCrm/transport/rateLimit';

/** How long this process is busy from now on, ms: what should happen meanwhile happens afterwards. */
let busyForMs = () => 0;
const mockLeave = async (ms = 0) => {
	if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
	while (busyForMs() > 0) await new Promise((resolve) => setTimeout(resolve, busyForMs()));
};

jest.mock('n8n-workflow', () => ({ ...jest.requireActual('n8n-workflow'), sleep: async (ms: number) => await mockLeave(ms) }));

beforeEach(() => {
	busyForMs = () => 0;
	jest.useFakeTimers();
});

afterEach(() => {
	jest.useRealTimers();
});

const now = () => performance.now();
let began = 0;
const slotAt = (startedAt = now()) => ({ startedAt, limit: 7, lateBeforeMs: 0 });
const sleep = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
const pass = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

/** Asks for `count` turns at once, notes when each was given, and has its answer 150 ms later. */
function ask(gate: RateLimiter, execution: unknown, count: number, limit = 7): number[] {
	const starts: number[] = [];
	const turn = async () => {
		const slot = await gate.take(execution, limit);
		starts.push(slot.startedAt);
		await sleep(150);
		gate.answered(slot);
	};
	for (let index = 0; index < count; index++) void turn();
	return starts;
}

/** Asks for `count` turns at once and notes when each was given; no answer ever comes. */
function unanswered(gate: RateLimiter, count: number): number[] {
	const starts: number[] = [];
	for (let index = 0; index < count; index++) void gate.take('a', 7).then(({ startedAt }) => starts.push(startedAt));
	return starts;
}

/** The next turn, once time has passed until it is given. */
async function granted(gate: RateLimiter): Promise<Slot> {
	let slot: Slot | undefined;
	void gate.take('a', 7).then((given) => (slot = given));
	while (!slot) await pass(10);
	return slot;
}

/** The most starts within any one second. */
function busiestSecond(starts: number[]): number {
	return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1000).length));
}

describe('the rate limit', () => {
	it('D18: never lets more than 7 requests start in any second, over all executions together', async () => {
		const gate = new RateLimiter();
		const all = [ask(gate, 'a', 60), ask(gate, 'b', 30), ask(gate, 'c', 10)];
		await pass(20_000);
		const starts = all.flat().sort((a, b) => a - b);
		expect(starts).toHaveLength(100);
		expect(busiestSecond(starts)).toBe(7);
		// And loses no time: 100 requests take 14 windows.
		expect((starts[99] as number) - (starts[0] as number)).toBeLessThan(14 * 1100);
	});

	it('D18: one account never waits for another', async () => {
		const ours = rateLimiterOf('https://one.amocrm.ru|x');
		const theirs = rateLimiterOf('https://two.amocrm.ru|x');
		theirs.slowDown(7, slotAt(), 60_000);
		ask(theirs, 'b', 100);
		const starts = ask(ours, 'a', 7);
		await pass(100);
		expect(starts).toHaveLength(7);
		expect(rateLimiterOf('https://one.amocrm.ru|x')).toBe(ours);
	});

	it('gives executions their turns: a small one does not wait for a big one', async () => {
		const gate = new RateLimiter();
		const big = ask(gate, 'big', 700);
		await pass(500);
		const small = ask(gate, 'small', 3);
		await pass(1_100);
		expect(small).toHaveLength(3);
		expect(big.length).toBeLessThan(20);
	});

	it.each([
		[1, 7],
		[2, 7],
		[7, 30],
	])('an execution that keeps to %i a second does not hold up one at %i, and gets its share', async (low, high) => {
		const gate = new RateLimiter();
		const careful = ask(gate, 'careful', 40, low);
		await pass(300);
		const quick = ask(gate, 'quick', 12, high);
		await pass(2_500);
		expect(quick).toHaveLength(12);
		const flood = ask(gate, 'flood', 400, high);
		await pass(4_000);
		expect(careful.length).toBeGreaterThanOrEqual(4 * low);
		expect(busiestSecond(careful)).toBe(low);
		const all = [...careful, ...quick, ...flood].sort((a, b) => a - b);
		expect(busiestSecond(all)).toBe(high);
	});

	it('executions that keep to the same lower limit keep to it together, beside a quicker one', async () => {
		const gate = new RateLimiter();
		const careful = [ask(gate, 'a', 20, 3), ask(gate, 'b', 20, 3)];
		const quick = ask(gate, 'c', 60, 7);
		await pass(6_000);
		expect(busiestSecond(careful.flat())).toBe(3);
		expect(careful.flat()).toHaveLength(18);
		for (const { length } of careful) expect(length).toBeGreaterThanOrEqual(8);
		expect(busiestSecond([...careful.flat(), ...quick])).toBe(7);
	});

	it('a 429 to a careful execution does not bring a quick one down to its pace', async () => {
		const gate = new RateLimiter();
		const quick = ask(gate, 'quick', 6);
		const [start] = ask(gate, 'careful', 1, 1);
		await pass(100);
		gate.slowDown(1, { ...slotAt(start), limit: 1 }, 1_000);
		await pass(1_000);
		const after = ask(gate, 'quick', 40);
		await pass(9_000);
		expect(quick).toHaveLength(6);
		expect(after.length).toBeGreaterThan(30);
	});

	it('a turn that is not used is free for the next', async () => {
		const gate = new RateLimiter();
		const turns = Promise.all(Array.from({ length: 7 }, async () => await gate.take('a', 7)));
		await pass(100);
		for (const slot of await turns) gate.unused(slot);
		const next = ask(gate, 'b', 7);
		await pass(100);
		expect(next).toHaveLength(7);
	});

	it('what may leave late counts until it is over', async () => {
		const gate = new RateLimiter();
		const late = await gate.take('a', 7);
		late.leavesLate = true;
		const others = ask(gate, 'b', 30);
		await pass(5_000);
		expect(busiestSecond(others)).toBe(6);
		gate.ended(late);
	});

	it('a call is let in at once while others are under way', async () => {
		const gate = new RateLimiter();
		for (let count = 1; count <= 5; count++) {
			const began = now();
			const [start] = ask(gate, 'a', 1);
			expect(start ?? now()).toBe(began);
			await pass(37);
		}
	});

	it('lets go of a caller that no longer wants to wait, at once, and gives its turn to the next', async () => {
		const gate = new RateLimiter();
		ask(gate, 'a', 7);
		const abort = new AbortController();
		const refused = jest.fn();
		void gate.take('a', 7, abort.signal).catch(refused);
		const next = ask(gate, 'a', 1);
		await pass(100);
		abort.abort();
		await pass(0);
		expect(refused).toHaveBeenCalledTimes(1);
		await pass(1_300);
		expect(next).toHaveLength(1);
		await expect(gate.take('a', 7, AbortSignal.abort())).rejects.toThrow();
	});

	it('keeps no timer when nobody waits any more, however long the pause is', async () => {
		const gate = new RateLimiter();
		gate.slowDown(7, slotAt(), 60_000);
		const abort = new AbortController();
		const refused = jest.fn();
		void gate.take('a', 7, abort.signal).catch(refused);
		await pass(1_000);
		abort.abort();
		await pass(100);
		expect(refused).toHaveBeenCalledTimes(1);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('counts a request that is not answered as late as it may arrive', async () => {
		const gate = new RateLimiter();
		const starts = unanswered(gate, 8);
		await pass(5_000);
		expect((starts[7] as number) - (starts[0] as number)).toBeGreaterThan(1_080);
	});

	it('S2, Z15: after a 429 everybody pauses as long as amoCRM says, then goes on at half the rate', async () => {
		const gate = new RateLimiter();
		const first = ask(gate, 'a', 7);
		await pass(50);
		gate.slowDown(7, slotAt(first[0]), 5_000);
		const breach = now();
		// The other requests of the same burst fail too: still one breach.
		gate.slowDown(7, slotAt(first[1]), 5_000);
		const after = [ask(gate, 'a', 20), ask(gate, 'b', 20)];
		await pass(4_999);
		expect(after.flat()).toHaveLength(0);
		await pass(1_000);
		expect(after.flat()).toHaveLength(3);
		expect(Math.min(...after.flat())).toBeGreaterThanOrEqual(breach + 5_000);
		await pass(60_000);
		expect(after.flat()).toHaveLength(40);
	});

	it('pauses longer each time while 429s go on, and forgets that after a success', async () => {
		const gate = new RateLimiter();
		const pauses: number[] = [];
		for (let round = 0; round < 4; round++) {
			const slot = await granted(gate);
			await pass(10);
			const from = now();
			gate.ended(slot);
			gate.slowDown(7, slot);
			gate.ended(await granted(gate));
			pauses.push(now() - from);
		}
		pauses.slice(1).forEach((pause, index) => expect(pause).toBeGreaterThan((pauses[index] as number) * 1.3));
		gate.answered(slotAt());
		await pass(2_000);
		gate.slowDown(7, slotAt());
		const last = ask(gate, 'a', 1);
		await pass(1_500);
		expect(last).toHaveLength(1);
	});

	it.each<[string, () => number, () => number, number]>([
		['at once', () => 0, () => 0, 0.97],
		['up to 60 ms late', () => Math.random() * 60, () => 0, 0.92],
		['late now and then', () => (Math.random() < 0.1 ? 75 : 1), () => 0, 0.94],
		['late whenever n8n is busy for half a second', () => 0, () => Math.max(0, 500 - (now() % 2_300)), 0.7],
		['late because n8n reads its first credentials slowly', () => Math.max(0, (began + 2_000 - now()) / 2), () => 0, 0.96],
		['late because n8n is busy at the start', () => 0, () => Math.max(0, began + 800 - now()), 0.97],
	])('amoCRM refuses none when requests arrive %s, and little of its limit is left unused', async (_name, wayMs, busyMs, share) => {
		const amo = new AmoGate({ now } as never, { integration: 7, account: 50 });
		const gate = new RateLimiter();
		const verdicts: string[] = [];
		began = now();
		busyForMs = busyMs;
		const worker = async () => {
			for (;;) {
				const slot = await gate.take('execution', 7);
				await mockLeave();
				await sleep(wayMs());
				verdicts.push(amo.admit('integration'));
				await mockLeave(150);
				gate.answered(slot);
			}
		};
		for (let index = 0; index < 10; index++) void worker();
		await pass(120_000);
		expect(verdicts.filter((verdict) => verdict !== 'ok')).toEqual([]);
		expect(verdicts.length).toBeGreaterThan(share * 7 * 120);
	});

	it.each([2, 3])('%i processes that share 7 requests a second converge: amoCRM refuses few, and little is left unused', async (count) => {
		const clock = { now };
		const amo = new AmoGate(clock as never, { integration: 7, account: 50 });
		const processes = Array.from({ length: count }, () => ({ gate: new RateLimiter(), served: 0, refused: 0 }));
		for (const process of processes) void keepAsking(process, amo);
		const total = () => processes.map(({ served, refused }) => ({ served, refused }));
		await pass(60_000);
		const before = total();
		await pass(180_000);
		const settled = total().map(({ served, refused }, index) => ({
			served: served - (before[index]?.served ?? 0),
			refused: refused - (before[index]?.refused ?? 0),
		}));
		const served = settled.reduce((sum, entry) => sum + entry.served, 0);
		const refused = settled.reduce((sum, entry) => sum + entry.refused, 0);
		expect(served).toBeGreaterThan(0.75 * 7 * 180);
		expect(refused).toBeLessThan(0.06 * served);
		// Nobody starves.
		for (const entry of settled) expect(entry.served).toBeGreaterThan((0.2 * served) / count);
	});
});

/** One process with endless work: four requests under way, 150 ms each. */
async function keepAsking(process: { gate: RateLimiter; served: number; refused: number }, amo: AmoGate): Promise<void> {
	const worker = async () => {
		for (;;) {
			const slot = await process.gate.take('execution', 7);
			const verdict = amo.admit('integration');
			await sleep(150);
			if (verdict === 'ok') {
				process.served += 1;
				process.gate.answered(slot);
			} else {
				process.refused += 1;
				process.gate.ended(slot);
				process.gate.slowDown(7, slot);
			}
		}
	};
	for (let index = 0; index < 4; index++) void worker();
}
