import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { HookItem } from '../../../nodes/AmoCrm/trigger/delivery';
import { gather } from '../../../nodes/AmoCrm/trigger/gather';

/** An answer that n8n has not given yet. */
class Pending extends EventEmitter {
	statusCode = 200;
	writableEnded = false;
	destroyed = false;

	give(status = 200): void {
		this.statusCode = status;
		this.writableEnded = true;
		this.close();
	}

	close(): void {
		this.destroyed = true;
		this.emit('close');
	}
}

const item = (id: number): HookItem => ({ event: 'add_lead', entity: 'lead', action: 'add', data: { id } }) as unknown as HookItem;
const items = (count: number, from = 0) => Array.from({ length: count }, (_, index) => item(from + index));
let scopes = 0;
const newScope = () => `scope ${scopes++}`;

/** What a promise has come to after everything that needs no time. */
async function soon<T>(promise: Promise<T>): Promise<T | 'waits'> {
	return await Promise.race([promise, sleep(5).then(() => 'waits' as const)]);
}

test('a delivery alone starts at once', async () => {
	const scope = newScope();
	const first = new Pending();
	expect(await soon(gather(scope, [item(1)], first))).toEqual([item(1)]);
	first.give();
	expect(await soon(gather(scope, [item(2)], new Pending()))).toEqual([item(2)]);
});

test('what comes while one is being stored shares the next, in its order, and is answered with it', async () => {
	const scope = newScope();
	const [first, second] = [new Pending(), new Pending()];
	await gather(scope, [item(1)], first);
	const leads = gather(scope, [item(2)], second);
	const others = [gather(scope, [item(3), item(4)], new Pending()), gather(scope, [item(5)], new Pending())];
	expect(await soon(leads)).toBe('waits');
	first.give();
	expect(await soon(leads)).toEqual([2, 3, 4, 5].map(item));
	// Its list is given away: who comes now starts the one after.
	const next = gather(scope, [item(6)], new Pending());
	expect(await Promise.all(others.map(soon))).toEqual(['waits', 'waits']);
	second.give();
	expect(await Promise.all(others)).toEqual([true, true]);
	expect(await next).toEqual([item(6)]);
});

test.each<[boolean, string, (answer: Pending) => void]>([
	[false, 'n8n could not store it', (answer) => answer.give(500)],
	[true, 'it is stored although its deliverer has hung up', (answer) => (answer.close(), setTimeout(() => answer.give(), 30))],
	[false, 'it is not, and its deliverer has hung up', (answer) => (answer.close(), setTimeout(() => answer.give(500), 30))],
])('%s is what whoever shared an execution learns when %s', async (isStored, _why, end) => {
	const scope = newScope();
	const [first, second] = [new Pending(), new Pending()];
	await gather(scope, [item(1)], first);
	const leads = gather(scope, [item(2)], second);
	const other = gather(scope, [item(3)], new Pending());
	first.give();
	expect(await leads).toEqual([item(2), item(3)]);
	end(second);
	expect(await other).toBe(isStored);
	expect(await soon(gather(scope, [item(4)], new Pending()))).toEqual([item(4)]);
});

test('a deliverer that had hung up before takes nobody along and holds nobody up', async () => {
	const scope = newScope();
	const gone = new Pending();
	gone.close();
	const [started, next] = [gather(scope, [item(1)], gone), gather(scope, [item(2)], new Pending())];
	expect(await started).toEqual([item(1)]);
	expect(await soon(next)).toEqual([item(2)]);
});

test('nobody waits longer than half a second for the one before', async () => {
	const scope = newScope();
	await gather(scope, [item(1)], new Pending());
	const second = gather(scope, [item(2)], new Pending());
	await sleep(400);
	expect(await soon(second)).toBe('waits');
	expect(await second).toEqual([item(2)]);
});

test('other nodes are not held up, and a full group makes room for the next', async () => {
	const scope = newScope();
	const [first, second] = [new Pending(), new Pending()];
	await gather(scope, [item(1)], first);
	expect(await soon(gather(newScope(), [item(2)], new Pending()))).toEqual([item(2)]);
	const full = gather(scope, items(200), second);
	const next = gather(scope, items(51, 200), new Pending());
	first.give();
	expect(await full).toHaveLength(200);
	expect(await soon(next)).toBe('waits');
	second.give();
	expect(await next).toHaveLength(51);
});

test('whatever comes when, each item starts once, and only what is stored is said to be', async () => {
	const deliveries = fc.array(fc.record({ at: fc.nat(20), size: fc.integer({ min: 1, max: 3 }), takes: fc.nat(8), hangsUp: fc.boolean(), status: fc.constantFrom(200, 200, 200, 500) }), { minLength: 1, maxLength: 30 });
	await fc.assert(
		fc.asyncProperty(deliveries, async (all) => {
			const scope = newScope();
			const started: number[] = [];
			const stored = new Set<number>();
			await Promise.all(
				all.map(async ({ at, size, takes, hangsUp, status }, index) => {
					await sleep(at);
					const answer = new Pending();
					const mine = items(size, index * 10);
					const outcome = await gather(scope, mine, answer);
					const ids = (of: HookItem[]) => of.map(({ data }) => Number(data.id));
					if (outcome === true) expect([...stored]).toEqual(expect.arrayContaining(ids(mine)));
					if (outcome === false) expect(ids(mine).some((id) => stored.has(id))).toBe(false);
					if (typeof outcome === 'boolean') return;
					started.push(...ids(outcome));
					if (hangsUp) answer.close();
					await sleep(takes);
					if (status === 200) for (const id of ids(outcome)) stored.add(id);
					answer.give(status);
				}),
			);
			expect([...started].sort((a, b) => a - b)).toEqual(all.flatMap(({ size }, index) => Array.from({ length: size }, (_, offset) => index * 10 + offset)));
		}),
		{ numRuns: 100 },
	);
});
