import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { RowOutcome } from '../../../nodes/AmoCrm/transport/batches';
import { sendInBatches, withRequestIds } from '../../../nodes/AmoCrm/transport/batches';
import type { ApiRequest, Reply } from '../../../nodes/AmoCrm/transport/types';
import { failed, ok, scriptedClient } from './scripted';

type Answer = (rows: IDataObject[], request: ApiRequest, index: number) => Reply;

/** Sends rows through a scripted amoCRM. */
async function send(rows: IDataObject[], answer: Answer, { size = 50, rescue = true, method = 'POST' as 'POST' | 'PATCH' } = {}) {
	const { client, requests } = scriptedClient((request, index) => answer(request.body as IDataObject[], request, index));
	const outcomes = await sendInBatches(rows, {
		client,
		request: (part) => ({ method, path: '/leads', body: method === 'POST' ? withRequestIds(part) : part }),
		answers: ({ body }) => ((body as { _embedded?: { leads?: IDataObject[] } } | undefined)?._embedded?.leads ?? []),
		size,
		rescue,
	});
	return { outcomes, bodies: requests.map(({ body }) => body as IDataObject[]) };
}

const named = (...names: unknown[]) => names.map((name) => ({ name }) as IDataObject);
const statuses = (outcomes: RowOutcome[]) => outcomes.map(({ status }) => status);
const written = (rows: IDataObject[]): Reply => ok({ _embedded: { leads: rows.map((row) => ({ id: `id of ${String(row.name)}`, request_id: row.request_id })) } });
const refused = (...positions: number[]): Reply =>
	failed('validation', { status: 400, rows: new Map(positions.map((position) => [String(position), [{ code: 'X', path: 'name', detail: 'bad' }]])) });

describe('answers', () => {
	it('gesuvik: are matched by request_id, whatever their order', async () => {
		const { outcomes } = await send(named('a', 'b', 'c'), (rows) => written([...rows].reverse()));
		expect(outcomes.map((outcome) => outcome.status === 'written' && outcome.answer.id)).toEqual(['id of a', 'id of b', 'id of c']);
	});

	it('are matched by place where amoCRM gives no marks', async () => {
		const { outcomes } = await send(named('a', 'b'), () => ok({ _embedded: { leads: [{ id: 1 }, { id: 2 }] } }));
		expect(outcomes).toMatchObject([{ answer: { id: 1 } }, { answer: { id: 2 } }]);
	});

	it('are matched by ID in an update', async () => {
		const { outcomes } = await send([{ id: 1 }, { id: 2 }], () => ok({ _embedded: { leads: [{ id: 2, x: 'b' }, { id: 1, x: 'a' }] } }), { method: 'PATCH' });
		expect(outcomes).toMatchObject([{ answer: { x: 'a' } }, { answer: { x: 'b' } }]);
	});

	it('Z3: a row that the answer does not mention is reported, not lost', async () => {
		const { outcomes } = await send(named('a', 'b', 'c'), (rows) => written(rows.filter(({ name }) => name !== 'b')));
		expect(statuses(outcomes)).toEqual(['written', 'unknown', 'written']);
		const empty = await send(named('a', 'b'), () => ok());
		expect(statuses(empty.outcomes)).toEqual(['unknown', 'unknown']);
	});
});

describe('an answer that shows no record says nothing about the row', () => {
	it.each<[string, unknown]>([
		['an empty object', {}],
		['null', null],
		['an ID of null', { id: null }],
		['an ID of nothing', { id: '' }],
		['an ID of 0', { id: 0 }],
		['only a mark', { request_id: '0' }],
	])('%s', async (_name, answer) => {
		const created = await send(named('a'), () => ok({ _embedded: { leads: [answer] } } as IDataObject));
		expect(created.outcomes).toMatchObject([{ status: 'unknown', repeatable: false }]);
		const updated = await send([{ id: 1 }], () => ok({ _embedded: { leads: [answer] } } as IDataObject), { method: 'PATCH' });
		expect(updated.outcomes).toMatchObject([{ status: 'unknown', repeatable: true }]);
		const others = await send(named('a', 'b'), () => ok({ _embedded: { leads: [answer, { id: 5, request_id: '1' }] } } as IDataObject));
		expect(statuses(others.outcomes)).toEqual(['unknown', 'written']);
	});

	it('nor does one ID for several new records, in one request or in two, unless amoCRM says that it put them together', async () => {
		const all = (more: IDataObject): Answer => (rows) => ok({ _embedded: { leads: rows.map(({ request_id }) => ({ id: 7, request_id, ...more })) } });
		expect(statuses((await send(named('a', 'b'), all({}))).outcomes)).toEqual(['unknown', 'unknown']);
		expect(statuses((await send(named('a', 'b', 'c'), all({}), { size: 1 })).outcomes).sort()).toEqual(['unknown', 'unknown', 'written']);
		expect(statuses((await send(named('a', 'b'), all({ merged: true }))).outcomes)).toEqual(['written', 'written']);
		expect(statuses((await send([{ id: 7 }, { id: 7 }], all({}), { method: 'PATCH' })).outcomes)).toEqual(['written', 'written']);
	});

	it('without "continue on fail" nothing more is sent after it', async () => {
		const { outcomes, bodies } = await send(named('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), () => ok({ _embedded: { leads: [{}] } }), { size: 1, rescue: false });
		expect(bodies.length).toBeLessThan(8);
		expect(new Set(statuses(outcomes))).toEqual(new Set(['unknown', 'notSent']));
	});
});

describe('a refused batch', () => {
	it('Z2: sends the good rows again without the bad ones, also when amoCRM names them one at a time', async () => {
		const { outcomes, bodies } = await send(named('a', 'bad', 'c', 'bad', 'e'), (rows) => {
			const bad = rows.findIndex(({ name }) => name === 'bad');
			return bad >= 0 ? refused(bad) : written(rows);
		});
		expect(statuses(outcomes)).toEqual(['written', 'refused', 'written', 'refused', 'written']);
		expect(bodies.map((rows) => rows.map(({ name }) => name))).toEqual([['a', 'bad', 'c', 'bad', 'e'], ['a', 'c', 'bad', 'e'], ['a', 'c', 'e']]);
	});

	it('is halved until the bad row is found when amoCRM does not name it', async () => {
		const rows = named(...Array.from({ length: 16 }, (_, index) => (index === 11 ? 'bad' : `r${index}`)));
		const { outcomes, bodies } = await send(rows, (part) =>
			part.some(({ name }) => name === 'bad') ? failed('badRequest', { status: 400 }) : written(part),
		);
		expect(outcomes.map(({ status }, index) => [index, status]).filter(([, status]) => status !== 'written')).toEqual([[11, 'refused']]);
		expect(bodies.length).toBeLessThanOrEqual(9);
	});

	it('that names no row in its errors is nobody\'s in particular: the bad row is found, the first one is not blamed', async () => {
		const unnamed = failed('validation', { status: 400, rows: new Map([['', [{ code: 'X', path: 'price', detail: 'bad' }]]]) });
		const answer: Answer = (rows) => (rows.some(({ name }) => name === 'bad') ? unnamed : written(rows));
		const { outcomes } = await send(named('a', 'b', 'c', 'bad', 'e'), answer);
		expect(statuses(outcomes)).toEqual(['written', 'written', 'written', 'refused', 'written']);
		expect(outcomes[3]).toMatchObject({ problems: [{ path: 'price', detail: 'bad' }] });
		const whole = await send(named('a', 'bad'), answer, { rescue: false });
		expect(whole.outcomes[0]).toMatchObject({ problems: [], failure: { message: 'validation; price: bad (amoCRM does not say which of the 2 items of the request it means)' } });
	});

	it('is not halved for ever when no row is to blame', async () => {
		const { outcomes, bodies } = await send(named(...Array(200).fill('x')), () => failed('badRequest', { status: 400 }));
		expect(new Set(statuses(outcomes))).toEqual(new Set(['refused']));
		expect(bodies.length).toBeLessThan(60);
		const redirect = await send(named(...Array(200).fill('x')), () => failed('badRequest', { status: 301 }));
		expect(redirect.bodies).toHaveLength(4);
	});

	it('stops the run without "continue on fail": later rows are not sent', async () => {
		const { outcomes, bodies } = await send(named('a', 'bad', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'), (rows) => (rows.some(({ name }) => name === 'bad') ? refused(1) : written(rows)), {
			size: 2,
			rescue: false,
		});
		expect(bodies).toHaveLength(4);
		expect(statuses(outcomes)).toEqual(['notSent', 'refused', ...Array(6).fill('written'), 'notSent', 'notSent']);
	});

	it('a blocked account ends the run, even under "continue on fail"', async () => {
		const { outcomes, bodies } = await send(named(...Array(500).fill('x')), () => failed('blocked', { status: 403 }), { size: 10 });
		expect(bodies.length).toBeLessThanOrEqual(4);
		expect(statuses(outcomes).filter((status) => status === 'notSent').length).toBeGreaterThanOrEqual(460);
	});
});

describe('a batch that is too much', () => {
	const tooMuch = (limit: number, kind: 'timeout' | 'tooLarge' | 'malformed'): Answer => (rows) =>
		rows.length > limit
			? failed(kind, { outcomeUnknown: kind !== 'tooLarge' })
			: ok({ _embedded: { leads: rows.map((row) => ({ id: row.id ?? `id of ${String(row.name)}`, request_id: row.request_id })) } } as IDataObject);
	const rows = Array.from({ length: 100 }, (_, index) => ({ id: index + 1 }) as IDataObject);

	it.each(['timeout', 'malformed', 'tooLarge'] as const)('%s: an update goes on in halves, and the batches after it too', async (kind) => {
		const { outcomes, bodies } = await send(rows, tooMuch(13, kind), { method: 'PATCH', rescue: false });
		expect(new Set(statuses(outcomes))).toEqual(new Set(['written']));
		expect(bodies).toHaveLength(14);
	});

	it('S1, P7: new records are not sent again after a 504: their outcome is unknown', async () => {
		const { outcomes, bodies } = await send(named('a', 'b', 'c'), tooMuch(1, 'timeout'));
		expect(bodies).toHaveLength(1);
		expect(statuses(outcomes)).toEqual(['unknown', 'unknown', 'unknown']);
	});

	it('new records are sent in halves after a 413, which amoCRM has not worked on', async () => {
		const { outcomes, bodies } = await send(named('a', 'b', 'c', 'd'), tooMuch(2, 'tooLarge'));
		expect(bodies.map((part) => part.length)).toEqual([4, 2, 2]);
		expect(statuses(outcomes)).toEqual(Array(4).fill('written'));
	});
});

it('two rows for one record never share a batch nor overtake each other', async () => {
	const rows = [1, 2, 1, 3, 1, 2].map((id, index) => ({ id, change: index }));
	const order: unknown[][] = [];
	await send(rows, (part) => {
		order.push(part.map(({ change }) => change));
		return ok({ _embedded: { leads: part.map(({ id }) => ({ id })) } } as IDataObject);
	}, { method: 'PATCH' });
	expect(order).toEqual([[0, 1, 3], [2, 5], [4]]);
});

it('whatever amoCRM answers, every row has exactly one outcome and no new record is sent twice', async () => {
	const faults = fc.array(fc.constantFrom('ok', 'ok', 'ok', 'name1', 'badRequest', 'server', 'timeout', 'tooLarge', 'blocked', 'short'), { minLength: 40, maxLength: 40 });
	await fc.assert(
		fc.asyncProperty(faults, fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), async (plan, count, size, rescue) => {
			const saved = new Map<unknown, number>();
			const save = (rows: IDataObject[]) => rows.forEach(({ name }) => saved.set(name, (saved.get(name) ?? 0) + 1));
			const { outcomes } = await send(
				named(...Array.from({ length: count }, (_, index) => index)),
				(rows, _request, index) => {
					switch (plan[index % plan.length]) {
						case 'name1':
							return refused(0);
						case 'badRequest':
							return failed('badRequest', { status: 400 });
						case 'server':
							if (index % 2 === 0) save(rows);
							return failed('server', { status: 500, outcomeUnknown: true });
						case 'timeout':
							save(rows);
							return failed('timeout', { status: 504, outcomeUnknown: true });
						case 'tooLarge':
							return failed('tooLarge', { status: 413 });
						case 'blocked':
							return failed('blocked', { status: 403 });
						case 'short':
							save(rows);
							return written(rows.slice(1));
						default:
							save(rows);
							return written(rows);
					}
				},
				{ size, rescue },
			);
			expect(outcomes).toHaveLength(count);
			outcomes.forEach(({ status }, row) => {
				const times = saved.get(row) ?? 0;
				if (status === 'written') expect(times).toBe(1);
				else if (status === 'unknown') expect(times).toBeLessThanOrEqual(1);
				else expect(times).toBe(0);
			});
		}),
		{ numRuns: 300 },
	);
});
