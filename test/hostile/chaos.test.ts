import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault, FaultAction } from '../../emulator';
import type { RunResult } from '../integration/harness';
import { runNode } from '../integration/harness';
import type { World } from '../integration/world';
import { manyItems, openWorld } from '../integration/world';

/**
 * 10,000 rows through everything that can go wrong between n8n and amoCRM. Afterwards every row is exactly one of
 * written, refused or unknown, amoCRM's own books agree, and nothing is there twice. A seed decides the faults and is
 * in the name of the test; `CHAOS_SEED=7 npx jest chaos` plays one again.
 */

/** Pauses are real but short: the node's clock, and so its rate limit and its waits, run so many times as fast. */
const PACE = 20;

jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual('n8n-workflow');
	return { ...actual, sleep: async (ms: number) => await actual.sleep(ms / PACE) };
});

const now = performance.now.bind(performance);
jest.spyOn(performance, 'now').mockImplementation(() => now() * PACE);

const FRESH = Date.now() % 2 ** 31;
const SEEDS = process.env.CHAOS_SEED ? [Number(process.env.CHAOS_SEED)] : [1, 22, 333, FRESH];

const CREATED = 6_000;
const UPDATED = 3_000;
const NOTES = 1_000;

const page = (status: number, headers?: Record<string, string>): FaultAction => ({
	kind: 'status',
	status,
	html: '<html><body><center>nginx</center></body></html>',
	headers,
});

const action: fc.Arbitrary<FaultAction> = fc.oneof(
	fc.constantFrom<FaultAction>(page(429, { 'retry-after': '0.05' }), { kind: 'status', status: 429, body: { status: 429, retry_after: 0.1 } }),
	fc.constantFrom(500, 502, 503, 504, 404).map((status) => page(status)),
	fc.constant<FaultAction>({ kind: 'status', status: 400, body: { title: 'Bad Request', status: 400, detail: 'Возникла системная ошибка. Пожалуйста, повторите попытку.' } }),
	fc.constant<FaultAction>({ kind: 'status', status: 413 }),
	fc.constantFrom<FaultAction>({ kind: 'reset', when: 'before' }, { kind: 'reset', when: 'after' }),
	fc.constant<FaultAction>({ kind: 'truncate' }),
	fc.integer({ min: 1, max: 60 }).map<FaultAction>((ms) => ({ kind: 'delay', ms })),
	fc.integer({ min: 1, max: 60 }).map<FaultAction>((ms) => ({ kind: 'slow', ms })),
);

const fault = (method: string, count: number): fc.Arbitrary<Fault> =>
	fc.record({ method: fc.constant(method), path: fc.constant(/^\/api\/v4\//), skip: fc.nat(count), times: fc.integer({ min: 1, max: 2 }), action });

const statusOf = ({ action: given }: Fault): number | undefined => (given.kind === 'status' ? given.status : undefined);

/** Each 429 halves the rate, and the way back takes seconds: with many of them a plan would take minutes. */
const RATE_LIMITS = 3;

/** What every plan has to keep to: one 429 for sure and few others, and no list that amoCRM refuses for good. */
function kept(faults: Fault[]): Fault[] {
	let left = RATE_LIMITS;
	const gentle = faults.map((entry) => {
		const status = statusOf(entry);
		if (status === 429) return left-- > 0 ? { ...entry, times: 1 } : { ...entry, action: page(503) };
		const isFinal = status === 404 || status === 413 || status === 400;
		return entry.method === 'GET' && isFinal ? { ...entry, action: page(502) } : entry;
	});
	return [{ method: 'POST', path: /^\/api\/v4\//, skip: 3, times: 1, action: page(429) }, ...gentle];
}

const plan = fc.record({
	faults: fc
		.tuple(
			fc.array(fault('POST', 160), { minLength: 25, maxLength: 40 }),
			fc.array(fault('PATCH', 60), { minLength: 10, maxLength: 20 }),
			fc.array(fault('GET', 25), { minLength: 4, maxLength: 8 }),
		)
		.map((lists) => kept(lists.flat())),
	/** After how many answers every access token ends. */
	expiries: fc.uniqueArray(fc.integer({ min: 5, max: 250 }), { minLength: 2, maxLength: 4 }),
	/** Every how many rows one is bad, for amoCRM and for ourselves. */
	refusedEvery: fc.integer({ min: 23, max: 200 }),
	invalidEvery: fc.integer({ min: 40, max: 400 }),
	batchSize: fc.constantFrom(20, 50, 50, 120, 250),
});

type Fate = 'written' | 'refused' | 'unknown';

/** What the node said about each item, which must be exactly one thing, in order. */
function fatesOf({ rows, error }: RunResult, count: number): Array<{ fate: Fate; json: IDataObject }> {
	expect(error).toBeUndefined();
	expect(rows.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual(Array.from({ length: count }, (_, item) => item));
	return rows.map(({ json }) => {
		if (json.error === undefined) return { fate: 'written', json };
		return { fate: /it is not known whether amoCRM saved it/.test(String(json.error)) ? 'unknown' : 'refused', json };
	});
}

/** Records of amoCRM by what makes them unmistakable. */
function booksOf<T>(records: Iterable<T>, mark: (record: T) => unknown): Map<unknown, T[]> {
	const books = new Map<unknown, T[]>();
	for (const record of records) books.set(mark(record), [...(books.get(mark(record)) ?? []), record]);
	return books;
}

/** New records: there once if written, never if refused, at most once if unknown, and none besides. */
function reconcile(fates: Array<{ fate: Fate; json: IDataObject }>, books: Map<unknown, Array<{ id: number }>>, markOf: (index: number) => unknown): void {
	const wrong: unknown[] = [];
	let there = 0;
	fates.forEach(({ fate, json }, index) => {
		const ids = (books.get(markOf(index)) ?? []).map(({ id }) => id);
		there += ids.length;
		const right = { written: ids.length === 1 && ids[0] === json.id, refused: ids.length === 0, unknown: ids.length <= 1 };
		if (!right[fate]) wrong.push({ index, fate, json, ids });
	});
	expect(wrong).toEqual([]);
	expect([...books.values()].flat()).toHaveLength(there);
}

describe('chaos', () => {
	let world: World;

	afterEach(async () => await world.close());

	it.each(SEEDS)('accounts for every one of 10,000 rows (seed %i)', async (seed) => {
		const [given] = fc.sample(plan, { seed, numRuns: 1 });
		if (!given) throw new Error('no plan');
		world = await openWorld({ switches: { strictRefreshRedirectUri: false, unknownBodyFields: 'reject' } });
		const { emulator } = world;
		for (const entry of given.faults) emulator.faults.add(entry);
		let answers = 0;
		emulator.log.onAnswer(() => {
			answers += 1;
			if (given.expiries.includes(answers)) emulator.expireTokens();
		});
		// The same account, always with the newest tokens: a new run must not use a token that is spent.
		const run = async (parameters: INodeParameters, items: IDataObject[]) =>
			await runNode({
				account: { ...world.account, ...emulator.issueToken() },
				parameters: { options: { requestsPerSecond: 1000, batchSize: given.batchSize }, ...parameters },
				items,
				onError: 'continueRegularOutput',
			});
		const isRefused = (index: number) => index % given.refusedEvery === given.refusedEvery - 1;
		const isInvalid = (index: number) => index % given.invalidEvery === given.invalidEvery - 1;

		const created = fatesOf(
			await run(
				{ resource: 'lead', operation: 'create', name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}', statusId: '={{ $json.status }}' } },
				manyItems(CREATED, (index) => ({ name: `Lead ${index}`, price: isInvalid(index) ? 'much' : index, status: isRefused(index) ? 5 : '' })),
			),
			CREATED,
		);
		reconcile(created, booksOf(emulator.account.leads.values(), ({ name }) => name), (index) => `Lead ${index}`);
		const accepted = created.flatMap(({ fate }, index) => (fate !== 'refused' && isInvalid(index)) || (fate === 'written' && isRefused(index)) ? [index] : []);
		expect(accepted).toEqual([]);

		const ids = created.filter(({ fate }) => fate === 'written').map(({ json }) => json.id as number);
		expect(ids.length).toBeGreaterThan(CREATED / 4);
		const leadOf = (index: number) => ids[index % ids.length] as number;

		const pricesBefore = new Map([...emulator.account.leads.values()].map(({ id, price }) => [id, price]));
		const updated = fatesOf(
			await run(
				{ resource: 'lead', operation: 'update', leadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, updateFields: { price: '={{ $json.price }}' } },
				manyItems(UPDATED, (index) => ({ id: isRefused(index) ? 900_000_000 + index : leadOf(index), price: 1_000_000 + index })),
			),
			UPDATED,
		);
		// A lead may be changed more than once: what counts is its last row that was written or may have been.
		const expected = new Map<number, Set<number>>();
		expect(updated.flatMap(({ fate }, index) => (isRefused(index) && fate === 'written' ? [index] : []))).toEqual([]);
		updated.forEach(({ fate }, index) => {
			if (isRefused(index)) return;
			const id = leadOf(index);
			if (fate === 'written') expected.set(id, new Set([1_000_000 + index]));
			else if (fate === 'unknown') expected.set(id, (expected.get(id) ?? new Set([pricesBefore.get(id) ?? 0])).add(1_000_000 + index));
		});
		expect([...expected].filter(([id, prices]) => !prices.has(emulator.account.leads.get(id)?.price as number))).toEqual([]);

		const notes = fatesOf(
			await run(
				{ resource: 'note', operation: 'create', entityId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, text: '={{ $json.text }}' },
				manyItems(NOTES, (index) => ({ id: isRefused(index) ? 900_000_000 + index : leadOf(index), text: `Note ${index}` })),
			),
			NOTES,
		);
		reconcile(notes, booksOf(emulator.account.notes.values(), ({ params }) => params.text), (index) => `Note ${index}`);

		const read = await run({ resource: 'lead', operation: 'getAll', returnAll: true }, [{}]);
		expect(read.error).toBeUndefined();
		expect(read.rows.map(({ json }) => json.id)).toEqual([...emulator.account.leads.keys()].sort((a, b) => a - b));

		// The plan did happen.
		expect(emulator.log.entries.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
		expect(emulator.log.entries.filter(({ path }) => path === '/oauth2/access_token').length).toBeGreaterThan(0);
	}, 120_000);
});
